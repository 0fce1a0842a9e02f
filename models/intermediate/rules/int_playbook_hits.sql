select
    playbook.play,
    playbook.block,
    playbook.scheme,
    playbook.segment,
    playbook.priority,
    count(users.user_id) as user_count
from {{ ref('playbook') }} as playbook
left join {{ ref('int_user_playbook') }} as users
    on
        playbook.play = users.play
        and playbook.block = users.block
group by playbook.play, playbook.block, playbook.scheme, playbook.segment, playbook.priority
