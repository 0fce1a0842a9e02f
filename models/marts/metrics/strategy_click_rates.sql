with counted as (

    select
        segment,
        strategy,
        position,
        count(*) as slot_count,
        sum(is_clicked) as click_count
    from {{ ref('int_answered_slots') }}
    group by segment, strategy, position

)

select
    counted.segment,
    counted.strategy,
    counted.position,
    cast(counted.slot_count as {{ dbt.type_bigint() }}) as slot_count,
    cast(counted.click_count as {{ dbt.type_bigint() }}) as click_count,
    positions.explored_slot_count,
    positions.baseline_rate,
    strategies.strategy_lift,
    strategies.click_lift,
    least(positions.baseline_rate * strategies.click_lift, 1) as click_rate,
    conversions.conversion_rate,
    least(positions.baseline_rate * strategies.click_lift, 1) * conversions.conversion_rate as order_rate,
    as_of.as_of
from counted
inner join {{ ref('int_position_rates') }} as positions
    on counted.position = positions.position
inner join {{ ref('int_strategy_rates') }} as strategies
    on
        counted.segment = strategies.segment
        and counted.strategy = strategies.strategy
inner join {{ ref('int_strategy_conversions') }} as conversions
    on
        counted.segment = conversions.segment
        and counted.strategy = conversions.strategy
cross join {{ ref('stg_as_of') }} as as_of
