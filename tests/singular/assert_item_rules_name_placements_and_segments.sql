-- A rule for a placement or a segment that there is not would change nothing, and nobody would notice.
select
    concat(
        rules.rule,
        case
            when placements.placement is null then ': expected a placement of seed placements, or none'
            else ': expected scheme and segment that exist (docs/playbook.md lists them), or none'
        end
    ) as faults
from {{ ref('item_rules') }} as rules
left join {{ ref('placements') }} as placements
    on coalesce(rules.placement, placements.placement) = placements.placement
where
    placements.placement is null
    or (
        coalesce(rules.scheme, rules.segment) is not null
        and ({{ is_segment('rules.scheme', 'rules.segment') }}) is not true
    )
group by rules.rule, placements.placement is null
