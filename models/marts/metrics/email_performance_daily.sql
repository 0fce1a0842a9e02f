-- Counted by the day on which the email was sent, whenever its reader did something: late events reach the day they
-- belong to, and no rate has other emails above the line than below it.
with messages as (

    select
        *,
        cast(sent_at as date) as sent_date
    from {{ ref('int_mailed_messages') }}

),

-- last touch: an order is the work of the email that its buyer opened or clicked last before it
claimed as (

    select
        message_id,
        user_id,
        count(*) as order_count,
        sum(revenue_amount) as revenue_amount
    from {{ ref('int_attributed_orders') }}
    where last_touch_share = 1
    group by message_id, user_id

),

sums as (

    select
        messages.sent_date,
        messages.trigger_type,
        messages.segment,
        messages.arm,
        count(*) as sent_count,
        count(case when messages.is_delivered then 1 end) as delivered_count,
        count(case when coalesce(messages.opened_at, messages.clicked_at) is not null then 1 end) as opened_count,
        count(messages.clicked_at) as clicked_count,
        count(case when messages.is_delivered then messages.unsubscribed_at end) as unsubscribed_count,
        count(case when messages.is_delivered then messages.complained_at end) as complained_count,
        count(claimed.order_count) as converted_count,
        cast(coalesce(sum(claimed.order_count), 0) as bigint) as order_count,
        cast(coalesce(sum(claimed.revenue_amount), 0) as decimal(28, 4)) as revenue_amount,
        cast(sum(messages.machine_open_count) as bigint) as machine_open_count,
        cast(sum(messages.scanner_click_count) as bigint) as scanner_click_count
    from messages
    left join claimed
        on
            messages.message_id = claimed.message_id
            and messages.user_id = claimed.user_id
    group by messages.sent_date, messages.trigger_type, messages.segment, messages.arm

)

select
    sent_date,
    trigger_type,
    segment,
    arm,
    sent_count,
    delivered_count,
    opened_count,
    clicked_count,
    unsubscribed_count,
    complained_count,
    converted_count,
    order_count,
    revenue_amount,
    {{ rate('delivered_count', 'sent_count') }} as delivery_rate,
    {{ rate('opened_count', 'delivered_count') }} as open_rate,
    {{ rate('clicked_count', 'delivered_count') }} as click_rate,
    {{ rate('clicked_count', 'opened_count') }} as click_to_open_rate,
    {{ rate('unsubscribed_count', 'delivered_count') }} as unsubscribe_rate,
    {{ rate('complained_count', 'delivered_count') }} as complaint_rate,
    {{ rate('converted_count', 'delivered_count') }} as conversion_rate,
    {{ rate('revenue_amount', 'delivered_count') }} as revenue_per_email,
    machine_open_count,
    scanner_click_count
from sums
