-- A rule that chooses a play which the seed does not have would change nothing, and nobody would notice.
select
    rules.rule_name,
    rules.effect_value
from {{ ref('int_rule_hits') }} as rules
left join {{ ref('playbook') }} as playbook
    on rules.effect_value = playbook.play
where
    rules.effect = 'choose_block'
    and playbook.play is null
