-- A rule for a placement that seed placements does not have would change nothing, and nobody would notice.
select
    rules.rule,
    rules.placement
from {{ ref('item_rules') }} as rules
left join {{ ref('placements') }} as placements
    on rules.placement = placements.placement
where
    rules.placement is not null
    and placements.placement is null
