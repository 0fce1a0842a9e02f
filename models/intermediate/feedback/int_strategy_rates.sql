-- Clicks over those that the positions alone foretell (clicks over expected clicks: Zhang and Jones, WWW 2007), as the
-- mean of a gamma posterior: a segment with few clicks leans on the strategy, a strategy with few on all of them.
{% set prior_clicks = 10 %}

with counted as (

    select
        slots.segment,
        slots.strategy,
        count(*) as slot_count,
        sum(slots.is_clicked) as click_count,
        cast(sum(slots.slot_weight * slots.is_clicked) as double) as clicked,
        cast(sum(slots.slot_weight * cast(positions.baseline_rate as decimal(12, 9))) as double) as foretold
    from {{ ref('int_answered_slots') }} as slots
    inner join {{ ref('int_position_rates') }} as positions
        on slots.position = positions.position
    group by slots.segment, slots.strategy

),

summed as (

    select
        *,
        sum(clicked) over (partition by strategy) as clicked_of_strategy,
        sum(foretold) over (partition by strategy) as foretold_of_strategy,
        sum(clicked) over () / sum(foretold) over () as lift_of_all
    from counted

),

strategies as (

    select
        *,
        (clicked_of_strategy + {{ prior_clicks }} * lift_of_all)
        / (foretold_of_strategy + {{ prior_clicks }}) as strategy_lift
    from summed

)

select
    segment,
    strategy,
    cast(slot_count as {{ dbt.type_bigint() }}) as slot_count,
    cast(click_count as {{ dbt.type_bigint() }}) as click_count,
    round(strategy_lift, 9) as strategy_lift,
    round((clicked + {{ prior_clicks }} * strategy_lift) / (foretold + {{ prior_clicks }}), 9) as click_lift
from strategies
