-- An item's own numbers are pulled towards those of its type (subcategory, or category), the type's towards all items':
-- (sum + prior × mean) / (count + prior). So a new item has the interval of its kind.
{# buyers, and gaps between purchases; days on which an item might have been bought late, which seldom happens #}
{% set prior, late_days_prior = 10, 2000 %}

with history as (

    {{ purchase_histories(ref('int_user_keys')) }}

),

item_types as (

    select
        item_id,
        coalesce(subcategory, category) as item_type
    from {{ ref('stg_items') }}

),

sums as (

    select
        item_id,
        cast(count(*) as double) as buyer_count,
        cast(count(*) filter (where purchase_count > 1) as double) as repeat_buyer_count,
        cast(sum(cast(gap_days_sum as decimal(18, 6))) as double) as gap_days_sum,
        cast(sum(purchase_count - 1) as double) as gap_count,
        cast(sum(late_count) as double) as late_count,
        cast(sum(cast(late_days as decimal(18, 6))) as double) as late_days
    from history
    group by item_id

),

of_all as (

    select
        sum(repeat_buyer_count) / sum(buyer_count) as repeat_share,
        cast(sum(cast(gap_days_sum as decimal(28, 6))) as double) / nullif(sum(gap_count), 0) as gap_days,
        sum(late_count) / nullif(cast(sum(cast(late_days as decimal(28, 6))) as double), 0) as late_rate
    from sums

),

of_types as (

    select
        item_types.item_type,
        (sum(sums.repeat_buyer_count) + {{ prior }} * max(of_all.repeat_share))
        / (sum(sums.buyer_count) + {{ prior }}) as repeat_share,
        (cast(sum(cast(sums.gap_days_sum as decimal(28, 6))) as double) + {{ prior }} * max(of_all.gap_days))
        / (sum(sums.gap_count) + {{ prior }}) as gap_days,
        (sum(sums.late_count) + {{ late_days_prior }} * max(of_all.late_rate))
        / (cast(sum(cast(sums.late_days as decimal(28, 6))) as double) + {{ late_days_prior }}) as late_rate
    from sums
    inner join item_types
        on sums.item_id = item_types.item_id
    cross join of_all
    group by item_types.item_type

)

select
    item_types.item_id,
    item_types.item_type,
    coalesce(sums.buyer_count, 0) as buyer_count,
    round(
        (coalesce(sums.repeat_buyer_count, 0) + {{ prior }} * of_types.repeat_share)
        / (coalesce(sums.buyer_count, 0) + {{ prior }}), 9
    ) as repeat_share,
    round(
        (coalesce(sums.gap_days_sum, 0) + {{ prior }} * of_types.gap_days)
        / (coalesce(sums.gap_count, 0) + {{ prior }}), 9
    ) as gap_days,
    round(
        (coalesce(sums.late_count, 0) + {{ late_days_prior }} * of_types.late_rate)
        / (coalesce(sums.late_days, 0) + {{ late_days_prior }}), 12
    ) as late_rate,
    round(of_types.gap_days, 9) as type_gap_days
from item_types
inner join of_types
    on item_types.item_type = of_types.item_type
left join sums
    on item_types.item_id = sums.item_id
