{% set late_days = 30 %}  {#- after the email was sent, beyond which it is said to be late -#}
{% set known_types = "'sent', 'delivered', 'open', 'click', 'unsubscribe', 'bounce', 'complaint', 'other', "
    ~ "'frequency_daily', 'frequency_weekly', 'frequency_monthly', 'frequency_paused'" %}

with events as (

    select * from {{ ref('int_email_events') }}

),

-- a message to several may leave for each at another time
messages as (

    select * from {{ ref('int_mailed_messages') }}

),

judged as (

    select
        events.event_type,
        events.made_by,
        events.machine_reason,
        case
            when messages.message_id is null then 'orphan'
            when events.occurred_at < {{ dbt.dateadd('minute', -1, 'messages.sent_at') }} then 'before_sent'
            when events.occurred_at > {{ dbt.dateadd('day', late_days, 'messages.sent_at') }} then 'late'
            else 'in_time'
        end as outcome
    from events
    left join messages
        on
            events.message_id = messages.message_id
            and events.user_id = messages.user_id
    union all
    -- a copy of an event_id counts once
    select
        case when event_type in ({{ known_types }}) then event_type end as event_type,
        cast(null as {{ dbt.type_string() }}) as made_by,
        cast(null as {{ dbt.type_string() }}) as machine_reason,
        case when reject_reasons = 'duplicate of event_id' then 'duplicate' else 'rejected' end as outcome
    from {{ ref('checked_email_events') }}
    where reject_reasons <> ''

)

select
    coalesce(event_type, 'unknown') as event_type,
    coalesce(made_by, 'nobody') as made_by,
    coalesce(machine_reason, 'none') as machine_reason,
    outcome,
    count(*) as event_count
from judged
group by event_type, made_by, machine_reason, outcome
