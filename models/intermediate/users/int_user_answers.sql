-- What people opened and clicked, not machines, as long as habits last: of one email an hour counts once.
{% set window_days = 180 %}
with answers as (

    select
        users.user_id,
        coalesce(email_events.message_id, email_events.event_id) as message_id,
        cast(
            extract(hour from {{ local_time('email_events.occurred_at', "coalesce(users.timezone, 'UTC')") }})
            as {{ dbt.type_int() }}
        ) as local_hour
    from {{ ref('int_email_events') }} as email_events
    inner join {{ ref('stg_users') }} as users
        on email_events.user_id = users.user_id
    cross join {{ ref('stg_as_of') }} as as_of
    where
        email_events.event_type in ('open', 'click')
        and not email_events.is_machine
        and email_events.occurred_at > {{ dbt.dateadd('day', -1 * window_days, 'as_of.as_of') }}

)

select
    user_id,
    local_hour,
    count(distinct message_id) as answer_count
from answers
group by user_id, local_hour
