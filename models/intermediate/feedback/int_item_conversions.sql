-- Orders after clicks of an item over what the segments and strategies of those clicks foretell, shrunk to its
-- category's and that to 1, as far as the shop's orders say (as int_item_click_lifts). An order is a draw with a known
-- chance: its variance is binomial. Where too few clicks became orders, all lifts are 1.
with clicks as (

    select
        clicks.item_id,
        clicks.is_ordered,
        cast(strategies.conversion_rate as decimal(10, 9)) as rate
    from {{ ref('int_converted_clicks') }} as clicks
    inner join {{ ref('int_strategy_conversions') }} as strategies
        on
            clicks.segment = strategies.segment
            and clicks.strategy = strategies.strategy

),

counted as (

    select
        item_id,
        count(*) as click_count,
        sum(is_ordered) as observed,
        cast(sum(rate) as decimal(18, 9)) as foretold,
        cast(sum(rate * (1 - rate)) as decimal(28, 9)) as variance
    from clicks
    group by item_id

),

totals as (

    select
        coalesce(sum(observed), 0) >= {{ constants().feedback_clicks_min }} as is_enough,
        (coalesce(sum(observed), 0) + 1) / cast(coalesce(sum(click_count), 0) + 2 as double) as rate_of_all
    from counted

),

lifts as (

    {{ nested_lifts('counted') }}

)

select
    lifts.item_id,
    cast(coalesce(counted.click_count, 0) as {{ dbt.type_bigint() }}) as click_count,
    cast(coalesce(counted.observed, 0) as {{ dbt.type_bigint() }}) as order_count,
    round(cast(lifts.foretold_count as double), 6) as foretold_order_count,
    case when totals.is_enough then round(lifts.lift, 6) else 1 end as conversion_lift,
    case when totals.is_enough then round(lifts.lift_error, 6) else 0 end as conversion_lift_error,
    round(least(totals.rate_of_all * case when totals.is_enough then lifts.lift else 1 end, 1), 9) as conversion_rate
from lifts
cross join totals
left join counted
    on lifts.item_id = counted.item_id
