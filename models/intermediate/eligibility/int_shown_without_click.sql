-- Shown in several emails and never clicked: something else deserves the place. Needs sent or delivered events that
-- name the item.
with email_events as (

    select
        email_events.user_id,
        email_events.item_id,
        email_events.event_type,
        email_events.message_id,
        email_events.is_machine
    from {{ ref('int_email_events') }} as email_events
    cross join {{ ref('stg_as_of') }} as as_of
    where
        email_events.item_id is not null
        and email_events.user_id is not null
        and email_events.occurred_at > {{ dbt.dateadd('day', -1 * var('rotation_days'), 'as_of.as_of') }}

)

select
    user_id,
    item_id,
    count(distinct message_id) filter (where event_type in ('sent', 'delivered')) as message_count
from email_events
group by user_id, item_id
having
    count(distinct message_id) filter (where event_type in ('sent', 'delivered')) >= {{ var('rotation_emails') }}
    and count(*) filter (where event_type = 'click' and not is_machine) = 0
