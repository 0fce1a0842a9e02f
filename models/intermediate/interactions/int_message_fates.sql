-- What left is told by events or by the sender's log; of what neither tells that it left, any event says that it did.
{{ config(materialized='view') }}

with happenings as (

    select
        message_id,
        user_id,
        event_type,
        is_machine,
        occurred_at
    from {{ ref('int_email_events') }}
    where
        message_id is not null
        and user_id is not null
    union all
    select
        message_id,
        user_id,
        'sent' as event_type,
        false as is_machine,
        sent_at as occurred_at
    from {{ ref('stg_send_log') }}
    where sent_at is not null

),

fates as (

    select
        message_id,
        user_id,
        min(occurred_at) as first_told_at,
        -- what bounced had left: Klaviyo tells of what it delivered, and of no sending
        min(case when event_type in ('sent', 'delivered', 'bounce') then occurred_at end) as sent_at,
        max(case when event_type = 'bounce' then occurred_at end) as bounced_at,
        max(case when event_type = 'delivered' then occurred_at end) as delivered_at,
        min(case when event_type = 'open' and not is_machine then occurred_at end) as opened_at,
        min(case when event_type = 'click' and not is_machine then occurred_at end) as clicked_at,
        min(case when event_type = 'unsubscribe' then occurred_at end) as unsubscribed_at,
        min(case when event_type = 'complaint' then occurred_at end) as complained_at,
        count(case when event_type = 'open' and is_machine then 1 end) as machine_open_count,
        count(case when event_type = 'click' and is_machine then 1 end) as scanner_click_count
    from happenings
    group by message_id, user_id

)

select
    message_id,
    user_id,
    first_told_at,
    sent_at,
    -- not every ESP reports what it delivered: all but what bounced, unless it was tried again and came, or was read
    bounced_at is null
    or coalesce(delivered_at > bounced_at, false)
    or coalesce(opened_at, clicked_at) is not null as is_delivered,
    opened_at,
    clicked_at,
    unsubscribed_at,
    complained_at,
    machine_open_count,
    scanner_click_count
from fates
