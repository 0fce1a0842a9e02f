-- What is pinned or has to have places is proposed to everybody, and never cut, or a rule would reach those alone to
-- whom something proposes it anyway: of an item rule's target the best sellers, one of each kind first.
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
        labels.item_key,
        labels.kind_number,
        available.sales_rank
    from {{ ref('int_available_items') }} as available
    inner join {{ ref('int_item_labels') }} as labels
        on available.item_id = labels.item_id

),

named as (

    select
        live.*,
        targets.item_key,
        best_sellers.sales_rank,
        row_number() over (partition by live.priority, best_sellers.kind_number order by best_sellers.sales_rank)
            as kind_item_rank
    from live
    inner join {{ ref('int_item_targets') }} as targets
        on
            live.kind = targets.kind
            and live.target_value = targets.value
    left join best_sellers
        on targets.item_key = best_sellers.item_key

)

select
    priority,
    rule,
    action,
    cast(amount as double) as amount,
    unit,
    placement,
    scheme,
    segment,
    item_key,
    action in ('pin', 'at_least') and sales_rank is not null and row_number() over (
        partition by priority, sales_rank is null
        order by case when kind_item_rank = 1 then 0 else 1 end, sales_rank
    ) <= {{ proposed_items_max }} as is_proposed
from named
