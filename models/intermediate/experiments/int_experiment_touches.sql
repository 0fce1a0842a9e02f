-- What left is known by events or by the sender's log; of what neither tells that it left, an open says that it came.
{{ config(materialized='view') }}

with log as (

    select
        message_id,
        user_id,
        sent_at
    from {{ ref('stg_send_log') }}
    where sent_at is not null

),

-- of a message with one, whom events that name nobody belong to
addressees as (

    select
        message_id,
        min(user_id) as user_id
    from (
        select
            message_id,
            user_id
        from log
        union all
        select
            message_id,
            user_id
        from {{ ref('stg_queued_messages') }}
    ) as known
    group by message_id
    having min(user_id) = max(user_id)

),

events as (

    select
        events.message_id,
        coalesce(events.user_id, addressees.user_id) as user_id,
        events.event_type,
        events.is_machine,
        events.occurred_at
    from {{ ref('int_email_events') }} as events
    left join addressees
        on
            events.message_id = addressees.message_id
            and events.user_id is null
    where
        events.message_id is not null
        and coalesce(events.user_id, addressees.user_id) is not null
    union all
    select
        message_id,
        user_id,
        'sent' as event_type,
        false as is_machine,
        sent_at as occurred_at
    from log

),

messages as (

    select
        user_id,
        message_id,
        coalesce(min(case when event_type in ('sent', 'delivered') then occurred_at end), min(occurred_at))
            as touched_at,
        {% for event_type, name in {
            'open': 'is_opened', 'click': 'is_clicked', 'unsubscribe': 'is_unsubscribed', 'complaint': 'is_complained'
        }.items() %}
            max(case when event_type = '{{ event_type }}' and not is_machine then 1 else 0 end)
                as {{ name }},
        {% endfor %}
        min(case when event_type = 'click' and not is_machine then occurred_at end) as clicked_at,
        max(case when event_type = 'bounce' then occurred_at end) as bounced_at,
        max(case when event_type = 'delivered' then occurred_at end) as delivered_at
    from events
    group by user_id, message_id

),

queued as (

    select distinct
        queued_messages.message_id,
        queued_messages.user_id,
        queued_messages.trigger_type,
        triggers.placement
    from {{ ref('stg_queued_messages') }} as queued_messages
    inner join {{ ref('triggers') }} as triggers
        on queued_messages.trigger_type = triggers.trigger_type

)

select
    'email' as channel,
    messages.message_id,
    messages.user_id,
    queued.placement,
    queued.trigger_type,
    messages.touched_at,
    messages.is_opened,
    messages.is_clicked,
    messages.clicked_at,
    messages.is_unsubscribed,
    messages.is_complained
from messages
left join queued
    on
        messages.message_id = queued.message_id
        and messages.user_id = queued.user_id
where
    messages.bounced_at is null
    or messages.delivered_at > messages.bounced_at
    or messages.is_opened + messages.is_clicked > 0
union all
select
    'site' as channel,
    null as message_id,
    user_id,
    context as placement,
    null as trigger_type,
    occurred_at as touched_at,
    0 as is_opened,
    case when is_clicked then 1 else 0 end as is_clicked,
    null as clicked_at,
    0 as is_unsubscribed,
    0 as is_complained
from {{ ref('stg_context_impressions') }}
where user_id is not null
