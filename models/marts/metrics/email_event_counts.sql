{% set late_days = 30 %}  {#- after the email was sent, beyond which it is said to be late -#}
{% set known_types = "'sent', 'delivered', 'open', 'click', 'unsubscribe', 'bounce', 'complaint', 'other'" %}

with events as (

    select * from {{ ref('int_email_events') }}

),

messages as (

    select
        message_id,
        min(sent_at) as sent_at
    from {{ ref('int_mailed_messages') }}
    group by message_id

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
        on events.message_id = messages.message_id
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
