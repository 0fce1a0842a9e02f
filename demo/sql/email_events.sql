-- email_events and experiment_assignments. Synthetic: the messages, told as events.

create table email_events as
with happened as (
    select
        message_id || '-sent' as event_id,
        'sent' as event_type,
        sent_at as occurred_at,
        user_id,
        message_id,
        null::varchar as item_id,
        null::varchar as bounce_type,
        null::boolean as is_machine,
        null::varchar as user_agent
    from messages
    union all
    select message_id || '-bounce', 'bounce', delivered_at, user_id, message_id, null, bounce_type, null, null
    from messages
    where bounce_type is not null
    union all
    select message_id || '-delivered', 'delivered', delivered_at, user_id, message_id, null, null, null, null
    from delivered_messages
    union all
    select message_id || '-open', 'open', opened_at, user_id, message_id, null, null, false, user_agent
    from delivered_messages
    where is_opened
    union all
    select
        message_id || '-prefetch',
        'open',
        delivered_at + to_seconds(3 + draw_number('prefetched at', message_id, 40)),
        user_id,
        message_id,
        null,
        null,
        true,
        'Mozilla/5.0'
    from delivered_messages
    where is_prefetched
    union all
    select message_id || '-click', 'click', clicked_at, user_id, message_id, item_id, null, false, user_agent
    from clicks
    union all
    select
        delivered_messages.message_id || '-scan',
        'click',
        delivered_messages.delivered_at + interval 2 second,
        delivered_messages.user_id,
        delivered_messages.message_id,
        shown_items.item_id,
        null,
        true,
        'LinkScanner/1.0 (synthetic)'
    from delivered_messages
    inner join shown_items
        on shown_items.popularity_rank = 1 + draw_number('scanned item', delivered_messages.message_id, 200)
    where delivered_messages.is_scanned
    union all
    select
        message_id || '-' || leaving_type,
        leaving_type,
        opened_at + interval 10 minute,
        user_id,
        message_id,
        null,
        null,
        null,
        null
    from delivered_messages
    where is_last
)

select * from happened;

create table experiment_assignments as
select
    getvariable('experiment') as experiment,
    user_id,
    any_value(arm) as arm,
    greatest(getvariable('experiment_start')::timestamp, any_value(signed_up_at)) as assigned_at
from messages
group by user_id;
