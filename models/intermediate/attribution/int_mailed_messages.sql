-- What left, by its events, by the sender's log, or by both; what it was for by the log, or by the run that queued it.
with messages as (

    select * from {{ ref('int_message_fates') }}
    where sent_at is not null

),

log as (

    select * from {{ ref('stg_send_log') }}

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

)

select
    messages.message_id,
    messages.user_id,
    coalesce(log.trigger_type, queued.trigger_type, 'unknown') as trigger_type,
    coalesce(log.segment, queued.segment, 'unknown') as segment,
    coalesce(log.arm, queued.layout, 'unknown') as arm,
    messages.sent_at,
    messages.is_delivered,
    messages.opened_at,
    messages.clicked_at,
    messages.unsubscribed_at,
    messages.complained_at,
    messages.machine_open_count,
    messages.scanner_click_count
from messages
left join log
    on
        messages.message_id = log.message_id
        and messages.user_id = log.user_id
left join queued
    on
        messages.message_id = queued.message_id
        and messages.user_id = queued.user_id
