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

-- how many lines of the category were cheaper, and as dear
prices as (

    select
        category,
        unit_price,
        count(*) as line_count,
        sum(count(*)) over (partition by category order by unit_price) as up_to_count,
        sum(count(*)) over (partition by category) as category_count
    from lines
    group by category, unit_price

),

placed as (

    select
        lines.user_id,
        cast((2 * prices.up_to_count - prices.line_count) / cast(2 * prices.category_count as double) as decimal(18, 9))
            as price_percentile
    from lines
    inner join prices
        on
            lines.category = prices.category
            and lines.unit_price = prices.unit_price
    where
        lines.user_id is not null
        and lines.is_remembered

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
