with event_times as (

    select {{ clean_timestamp('ordered_at') }} as happened_at
    from {{ source('inputs', 'orders') }}
    union all
    select {{ clean_timestamp('occurred_at') }} as happened_at
    from {{ source('inputs', 'web_events') }}
    union all
    select {{ clean_timestamp('occurred_at') }} as happened_at
    from {{ source('inputs', 'email_events') }}

)

select
    {% if var('as_of') %}
        cast('{{ var("as_of") }}' as timestamp) as as_of
    {% else %}
        max(happened_at) as as_of
    {% endif %}
from event_times
