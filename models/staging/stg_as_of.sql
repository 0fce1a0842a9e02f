-- Without var `as_of` it is the latest event, unless that lies more than a year after all but the latest hundredth of
-- the events, or, where a hundredth is none, after all others: a stray 2099 in one row must not age everything else.
{{ config(materialized='table') }}    -- one row that nearly all models ask for, made from all events

with event_times as (

    select {{ clean_timestamp('ordered_at') }} as happened_at
    from {{ gated_input('orders') }}
    union all
    select {{ clean_timestamp('occurred_at') }} as happened_at
    from {{ gated_input('web_events') }}
    union all
    select {{ clean_timestamp('occurred_at') }} as happened_at
    from {{ gated_input('email_events') }}

),

latest_event as (

    select max(happened_at) as happened_at
    from event_times

),

latest_usual as (

    select
        coalesce(
            least(
                {{ timestamp_quantile('event_times.happened_at', 0.99) }},
                max(case when event_times.happened_at < latest_event.happened_at then event_times.happened_at end)
            ),
            max(event_times.happened_at)
        ) as happened_at
    from event_times
    cross join latest_event

),

latest_plausible as (

    select {{ dbt.dateadd('day', 366, 'happened_at') }} as happened_at
    from latest_usual

)

select
    coalesce(
        cast({{ literal(as_of_text()) if as_of_text() else 'null' }} as timestamp),
        max(event_times.happened_at)
    ) as as_of
from event_times
cross join latest_plausible
where event_times.happened_at <= latest_plausible.happened_at
