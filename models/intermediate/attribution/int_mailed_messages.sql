-- A message is known by its events, by the sender's log, or by both; what it was for by the log, or by the run that
-- queued it. Events without a user belong to the message's one addressee, whom our own queue may know; of a message to
-- several they are nobody's.
with events as (

    select * from {{ ref('int_email_events') }}
    where message_id is not null

),

log as (

    select * from {{ ref('stg_send_log') }}

),

queued_users as (

    select distinct
        message_id,
        user_id
    from {{ ref('stg_queued_messages') }}

),

sent as (

    select
        events.message_id,
        coalesce(events.user_id, queued_users.user_id) as user_id,
        events.occurred_at as sent_at
    from events
    left join queued_users
        on
            events.message_id = queued_users.message_id
            and events.user_id is null
    where
        events.event_type in ('sent', 'delivered')
        and coalesce(events.user_id, queued_users.user_id) is not null
    union all
    select
        message_id,
        user_id,
        sent_at
    from log
    where sent_at is not null

),

messages as (

    select
        message_id,
        user_id,
        min(sent_at) as sent_at,
        count(*) over (partition by message_id) as addressee_count
    from sent
    group by message_id, user_id

),

-- as the run had it that queued it last before it left: while nobody told, later runs may have queued it once more
queued as (

    select
        queued.message_id,
        queued.user_id,
        queued.trigger_type,
        queued.segment,
        queued.layout
    from {{ ref('stg_queued_messages') }} as queued
    inner join messages
        on
            queued.message_id = messages.message_id
            and queued.user_id = messages.user_id
    qualify row_number() over (
        partition by queued.message_id, queued.user_id
        order by
            case when queued.as_of <= messages.sent_at then 0 else 1 end,
            case when queued.as_of <= messages.sent_at then queued.as_of end desc,
            queued.as_of
    ) = 1

),

outcomes as (

    select
        messages.message_id,
        messages.user_id,
        max(case when events.event_type = 'bounce' then events.occurred_at end) as bounced_at,
        max(case when events.event_type = 'delivered' then events.occurred_at end) as delivered_at,
        min(case when events.event_type = 'open' and not events.is_machine then events.occurred_at end) as opened_at,
        min(case when events.event_type = 'click' and not events.is_machine then events.occurred_at end) as clicked_at,
        min(case when events.event_type = 'unsubscribe' then events.occurred_at end) as unsubscribed_at,
        min(case when events.event_type = 'complaint' then events.occurred_at end) as complained_at,
        count(case when events.event_type = 'open' and events.is_machine then 1 end) as machine_open_count,
        count(case when events.event_type = 'click' and events.is_machine then 1 end) as scanner_click_count
    from messages
    left join events
        on
            messages.message_id = events.message_id
            and (messages.user_id = events.user_id or (events.user_id is null and messages.addressee_count = 1))
    group by messages.message_id, messages.user_id

)

select
    messages.message_id,
    messages.user_id,
    coalesce(log.trigger_type, queued.trigger_type, 'unknown') as trigger_type,
    coalesce(log.segment, queued.segment, 'unknown') as segment,
    coalesce(log.arm, queued.layout, 'unknown') as arm,
    messages.addressee_count,
    messages.sent_at,
    -- not every ESP reports what it delivered: all but what bounced, unless it was tried again and came, or was read
    outcomes.bounced_at is null
    or coalesce(outcomes.delivered_at > outcomes.bounced_at, false)
    or coalesce(outcomes.opened_at, outcomes.clicked_at) is not null as is_delivered,
    outcomes.opened_at,
    outcomes.clicked_at,
    outcomes.unsubscribed_at,
    outcomes.complained_at,
    outcomes.machine_open_count,
    outcomes.scanner_click_count
from messages
inner join outcomes
    on
        messages.message_id = outcomes.message_id
        and messages.user_id = outcomes.user_id
left join log
    on
        messages.message_id = log.message_id
        and messages.user_id = log.user_id
left join queued
    on
        messages.message_id = queued.message_id
        and messages.user_id = queued.user_id
