-- Clicks of an item over what its places, strategies and readers' segments foretell, shrunk to its category's and that
-- to 1. How far is what the shop's own clicks say (empirical Bayes, gamma and Poisson, by moments): where items differ
-- by no more than chance, all lifts are 1. Without diversity lists are the pure ranking, and clicks count nothing.
-- Times that of the orders after them (int_item_conversions), it is orders per place over those of an average item.
{% set z_upper = 1.644854 %}
{% set factor_max = var('click_factor_max') %}

with slots as (

    select
        slots.item_id,
        slots.is_clicked,
        slots.slot_weight,
        cast(round(positions.baseline_rate * strategies.click_lift, 9) as decimal(12, 9)) as rate
    from {{ ref('int_answered_slots') }} as slots
    inner join {{ ref('int_position_rates') }} as positions
        on slots.position = positions.position
    inner join {{ ref('int_strategy_rates') }} as strategies
        on
            slots.segment = strategies.segment
            and slots.strategy = strategies.strategy

),

counted as (

    select
        item_id,
        count(*) as slot_count,
        sum(is_clicked) as click_count,
        sum(slot_weight * is_clicked) as observed,
        sum(slot_weight * rate) as foretold,
        sum(slot_weight * slot_weight * rate) as variance
    from slots
    group by item_id

),

enough as (

    select sum(click_count) as click_count
    from counted
    having
        sum(click_count) >= {{ constants().feedback_clicks_min }}
        and {{ factor_max }} > 1
        and {{ var('minimum_distinct_categories') }} > 1

),

lifts as (

    {{ nested_lifts('counted') }}

),

-- what is clicked and then not bought is worth less than its clicks say
beside_orders as (

    select
        lifts.*,
        lifts.lift * conversions.conversion_lift as order_lift,
        sqrt(
            power(lifts.lift_error * conversions.conversion_lift, 2)
            + power(lifts.lift * conversions.conversion_lift_error, 2)
        ) as order_lift_error
    from lifts
    inner join {{ ref('int_item_conversions') }} as conversions
        on lifts.item_id = conversions.item_id

)

select
    item_keys.item_key,
    lifts.item_id,
    lifts.category,
    cast(coalesce(counted.slot_count, 0) as {{ dbt.type_bigint() }}) as slot_count,
    cast(coalesce(counted.click_count, 0) as {{ dbt.type_bigint() }}) as click_count,
    round(cast(lifts.foretold_count as double), 6) as foretold_click_count,
    round(lifts.category_lift, 6) as category_lift,
    round(lifts.lift, 6) as click_lift,
    round(lifts.lift_error, 6) as click_lift_error,
    round(lifts.lift + {{ z_upper }} * lifts.lift_error, 6) as click_lift_high,
    round(lifts.order_lift, 6) as order_lift,
    round(greatest(least(lifts.order_lift, {{ factor_max }}), 1e+00 / {{ factor_max }}), 6) as click_factor,
    -- else it is seldom clicked or bought, and unlikely to be as good as the average
    round(lifts.order_lift + {{ z_upper }} * lifts.order_lift_error, 6) >= 1 as is_promising
from beside_orders as lifts
cross join enough
inner join {{ ref('int_item_keys') }} as item_keys
    on lifts.item_id = item_keys.item_id
left join counted
    on lifts.item_id = counted.item_id
