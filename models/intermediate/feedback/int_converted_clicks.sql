-- An order counts as in recommendation_performance_daily. Each click has the same time to become one, over before the
-- day of the run begins.
with slots as (

    select
        slots.message_id,
        slots.user_id,
        slots.segment,
        slots.strategy,
        slots.item_id
    from {{ ref('int_answered_slots') }} as slots
    cross join {{ ref('stg_as_of') }} as as_of
    where
        slots.is_clicked = 1
        and slots.sent_at < {{ dbt.dateadd(
            'hour', -1 * (24 * constants().days_to_answer + var('attribution_window_hours')),
            dbt.date_trunc('day', 'as_of.as_of')
        ) }}

)

select
    slots.message_id,
    slots.segment,
    slots.strategy,
    slots.item_id,
    case when clicks.is_purchased then 1 else 0 end as is_ordered
from slots
left join {{ ref('int_email_item_clicks') }} as clicks
    on
        slots.message_id = clicks.message_id
        and slots.user_id = clicks.user_id
        and slots.item_id = clicks.item_id
