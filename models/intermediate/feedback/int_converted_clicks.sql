-- Each message whose click an order followed counts, also where recommendation_performance_daily gives the sale to a
-- later click in another one. Each click has the same time to become one, over before the day of the run begins.
with clicks as (

    select
        slots.message_id,
        slots.user_id,
        slots.segment,
        slots.strategy,
        slots.item_id,
        slots.clicked_at
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
    clicks.message_id,
    clicks.segment,
    clicks.strategy,
    clicks.item_id,
    max(case when purchases.item_id is null then 0 else 1 end) as is_ordered
from clicks
left join {{ ref('int_purchases') }} as purchases
    on
        clicks.user_id = purchases.user_id
        and clicks.item_id = purchases.item_id
        and clicks.clicked_at <= purchases.ordered_at
        and {{ dbt.dateadd('hour', var('attribution_window_hours'), 'clicks.clicked_at') }} >= purchases.ordered_at
group by clicks.message_id, clicks.segment, clicks.strategy, clicks.item_id
