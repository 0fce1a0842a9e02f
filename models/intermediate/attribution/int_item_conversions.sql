-- Means of Beta posteriors, as int_strategy_conversions: an item leans on its category, a category on all.
{% set prior_clicks = 50 %}

with counted as (

    select
        item_id,
        count(*) as click_count,
        sum(is_ordered) as order_count
    from {{ ref('int_converted_clicks') }}
    group by item_id

),

summed as (

    select
        items.item_id,
        coalesce(counted.click_count, 0) as click_count,
        coalesce(counted.order_count, 0) as order_count,
        sum(coalesce(counted.click_count, 0)) over (partition by items.category) as clicks_of_category,
        sum(coalesce(counted.order_count, 0)) over (partition by items.category) as orders_of_category,
        (sum(coalesce(counted.order_count, 0)) over () + 1)
        / cast(sum(coalesce(counted.click_count, 0)) over () + 2 as double) as rate_of_all
    from {{ ref('stg_items') }} as items
    left join counted
        on items.item_id = counted.item_id

),

categories as (

    select
        *,
        (orders_of_category + {{ prior_clicks }} * rate_of_all)
        / (clicks_of_category + {{ prior_clicks }}) as category_rate
    from summed

)

select
    item_id,
    cast(click_count as {{ dbt.type_bigint() }}) as click_count,
    cast(order_count as {{ dbt.type_bigint() }}) as order_count,
    round(category_rate, 9) as category_rate,
    round((order_count + {{ prior_clicks }} * category_rate) / (click_count + {{ prior_clicks }}), 9)
        as conversion_rate
from categories
