-- What is pinned or has to have places is proposed to everybody, and never cut, or a rule would reach those alone to whom
-- something proposes it anyway: of an item rule's target the best sellers.
{% set proposed_items_max = 12 %}

with rules as (

    select
        *,
        {{ target_value('kind', 'value') }} as target_value
    from {{ ref('item_rules') }}

),

live as (

    select rules.*
    from rules
    cross join {{ ref('stg_as_of') }} as as_of
    where
        (rules.starts_on is null or cast(as_of.as_of as date) >= try_cast(rules.starts_on as date))
        and (rules.ends_on is null or cast(as_of.as_of as date) <= try_cast(rules.ends_on as date))

),

best_sellers as (

    select
        item_keys.item_key,
        available.sales_rank
    from {{ ref('int_available_items') }} as available
    inner join {{ ref('int_item_keys') }} as item_keys
        on available.item_id = item_keys.item_id

)

select
    live.priority,
    live.rule,
    live.action,
    cast(live.amount as double) as amount,
    live.unit,
    live.placement,
    live.scheme,
    live.segment,
    targets.item_key,
    best_sellers.sales_rank is not null
    and live.action in ('pin', 'at_least')
    and row_number() over (
        partition by live.priority
        order by case when best_sellers.sales_rank is null then 1 else 0 end, best_sellers.sales_rank
    ) <= {{ proposed_items_max }} as is_proposed
from live
inner join {{ ref('int_item_targets') }} as targets
    on
        live.kind = targets.kind
        and live.target_value = targets.value
left join best_sellers
    on targets.item_key = best_sellers.item_key
