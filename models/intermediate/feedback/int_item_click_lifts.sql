-- Clicks of an item over what its places, strategies and readers' segments foretell, shrunk to its category's and that
-- to 1. How far is what the shop's own clicks say (empirical Bayes, gamma and Poisson, by moments): where items differ
-- by no more than chance, all lifts are 1. Without diversity lists are the pure ranking, and clicks count nothing.
{% set largest_spread, z_upper = 0.5, 1.644854 %}
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
        sum(slot_weight * is_clicked) as clicked,
        sum(slot_weight * rate) as foretold,
        sum(slot_weight * slot_weight * rate) as variance
    from slots
    group by item_id

),

-- what is foretold comes to as many clicks as there were
totals as (

    select cast(sum(clicked) as double) / cast(sum(foretold) as double) as calibration
    from counted
    having
        sum(click_count) >= {{ constants().feedback_clicks_min }}
        and {{ factor_max }} > 1
        and {{ var('minimum_distinct_categories') }} > 1

),

items as (

    select
        items.item_id,
        items.category,
        coalesce(counted.slot_count, 0) as slot_count,
        coalesce(counted.click_count, 0) as click_count,
        coalesce(counted.clicked, 0) as clicked,
        cast(round(coalesce(counted.foretold, 0) * totals.calibration, 9) as decimal(18, 9)) as foretold,
        cast(round(coalesce(counted.variance, 0) * totals.calibration, 9) as decimal(18, 9)) as variance
    from {{ ref('stg_items') }} as items
    cross join totals
    left join counted
        on items.item_id = counted.item_id

),

categories as (

    select
        category,
        cast(sum(clicked) as double) as clicked,
        cast(sum(foretold) as double) as foretold,
        cast(sum(variance) as double) as variance
    from items
    group by category

),

category_lifts as (

    {{ shrunk_lifts('categories', ['category'], largest_spread) }}

),

beside_category as (

    select
        items.item_id,
        category_lifts.lift as category_lift,
        category_lifts.lift_error as category_error,
        cast(items.clicked as double) as clicked,
        category_lifts.lift * items.foretold as foretold,
        category_lifts.lift * items.variance as variance
    from items
    inner join category_lifts
        on items.category = category_lifts.category

),

item_lifts as (

    {{ shrunk_lifts('beside_category', ['item_id', 'category_lift', 'category_error'], largest_spread) }}

),

-- the less the item's own clicks say, the more counts how sure its category's lift is
lifts as (

    select
        item_id,
        category_lift,
        category_lift * lift as lift,
        sqrt(power(category_lift * lift_error, 2) + power(category_error * (1 - learned_share), 2)) as lift_error
    from item_lifts

)

select
    item_keys.item_key,
    items.item_id,
    items.category,
    cast(items.slot_count as {{ dbt.type_bigint() }}) as slot_count,
    cast(items.click_count as {{ dbt.type_bigint() }}) as click_count,
    round(cast(items.foretold as double), 6) as foretold_click_count,
    round(lifts.category_lift, 6) as category_lift,
    round(lifts.lift, 6) as click_lift,
    round(lifts.lift_error, 6) as click_lift_error,
    round(lifts.lift + {{ z_upper }} * lifts.lift_error, 6) as click_lift_high,
    round(greatest(least(lifts.lift, {{ factor_max }}), 1e+00 / {{ factor_max }}), 6) as click_factor,
    -- seldom clicked, and unlikely to be as good as the average
    round(lifts.lift + {{ z_upper }} * lifts.lift_error, 6) >= 1 as is_promising
from items
inner join lifts
    on items.item_id = lifts.item_id
inner join {{ ref('int_item_keys') }} as item_keys
    on items.item_id = item_keys.item_id
