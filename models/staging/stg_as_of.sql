with event_times as (

    select {{ clean_timestamp('ordered_at') }} as happened_at
    from {{ gated_input('orders') }}
    union all
    select {{ clean_timestamp('occurred_at') }} as happened_at
    from {{ gated_input('web_events') }}
    union all
    select {{ clean_timestamp('occurred_at') }} as happened_at
    from {{ gated_input('email_events') }}

)

select
    coalesce(
        cast({{ "'" ~ var('as_of') ~ "'" if var('as_of') else 'null' }} as timestamp), max(happened_at)
    ) as as_of
from event_times
