-- Means of Beta posteriors: a segment with few clicks leans on the strategy, a strategy with few on all of them. Where
-- an item stood says whether it is clicked; whether the click becomes an order is taken not to depend on it.
{% set prior_clicks = 50 %}

with counted as (

    select
        segment,
        strategy,
        count(*) as click_count,
        sum(is_ordered) as order_count
    from {{ ref('int_converted_clicks') }}
    group by segment, strategy

),

summed as (

    select
        rates.segment,
        rates.strategy,
        coalesce(counted.click_count, 0) as click_count,
        coalesce(counted.order_count, 0) as order_count,
        sum(coalesce(counted.click_count, 0)) over (partition by rates.strategy) as clicks_of_strategy,
        sum(coalesce(counted.order_count, 0)) over (partition by rates.strategy) as orders_of_strategy,
        (sum(coalesce(counted.order_count, 0)) over () + 1)
        / cast(sum(coalesce(counted.click_count, 0)) over () + 2 as double) as rate_of_all
    from {{ ref('int_strategy_rates') }} as rates
    left join counted
        on
            rates.segment = counted.segment
            and rates.strategy = counted.strategy

),

strategies as (

    select
        *,
        (orders_of_strategy + {{ prior_clicks }} * rate_of_all)
        / (clicks_of_strategy + {{ prior_clicks }}) as strategy_rate
    from summed

)

select
    segment,
    strategy,
    cast(click_count as {{ dbt.type_bigint() }}) as click_count,
    cast(order_count as {{ dbt.type_bigint() }}) as order_count,
    round(strategy_rate, 9) as strategy_rate,
    round((order_count + {{ prior_clicks }} * strategy_rate) / (click_count + {{ prior_clicks }}), 9)
        as conversion_rate
from strategies
