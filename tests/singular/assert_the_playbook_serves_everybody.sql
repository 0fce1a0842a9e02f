-- An email has two blocks; whoever the playbook leaves without one would get an empty half.
select users.user_id
from {{ ref('stg_users') }} as users
left join {{ ref('int_user_playbook') }} as playbook
    on users.user_id = playbook.user_id
group by users.user_id
having count(playbook.block) <> 2
