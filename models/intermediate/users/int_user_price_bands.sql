-- Dear or cheap is said within the category: a line stands halfway between the share of its lines that were cheaper
-- and the share that were no dearer, so that a category with one price is neither. Few lines say little:
-- `prior_lines` in the middle are added to everybody's.
{% set prior_lines = 5 %}  {#- order lines -#}

with as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

lines as (

    select
        purchases.user_id,
        items.category,
        round(cast(purchases.net_amount as double) / cast(purchases.kept_quantity as double), 4) as unit_price,
        {{ is_remembered('purchases.ordered_at') }} as is_remembered
    from {{ ref('int_purchases') }} as purchases
    inner join {{ ref('stg_items') }} as items
        on purchases.item_id = items.item_id
    cross join as_of
    where
        purchases.net_amount is not null
        and not purchases.is_gift

),

placed as (

    select
        user_id,
        is_remembered,
        cast(
            (
                1 - cume_dist() over (partition by category order by unit_price desc)
                + cume_dist() over (partition by category order by unit_price)
            ) / 2
            as decimal(18, 9)
        ) as price_percentile
    from lines

),

averaged as (

    select
        user_id,
        round(
            (cast(sum(price_percentile) as double) + 0.5 * {{ prior_lines }})
            / (count(*) + {{ prior_lines }}),
            9
        ) as price_percentile
    from placed
    where
        user_id is not null
        and is_remembered
    group by user_id

)

select
    user_id,
    case
        when price_percentile < {{ var('price_band_budget_below') }} then 'budget'
        when price_percentile > {{ var('price_band_premium_above') }} then 'premium'
        else 'mid'
    end as price_band,
    price_percentile
from averaged
