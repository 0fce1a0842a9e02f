-- What has happened can't be taken back: no tombstones. send_at and as_of are the run's and would make every row new.
with messages as (

    select * from {{ ref('email_queue') }}

),

due as (

    select * from {{ ref('int_due_triggers') }}

),

lists as (

    select * from {{ ref('int_exported_lists') }}

),

current_rows as (

    select
        messages.message_id as export_key,
        messages.message_id as event_id,
        messages.user_id,
        messages.email,
        messages.trigger_type as event_name,
        messages.placement,
        messages.language,
        messages.subject,
        messages.preheader,
        coalesce(due.item_id, '') as item_id,
        lists.items,
        lists.item_count,
        due.happened_at as occurred_at
    from messages
    inner join due
        on messages.message_id = due.message_id
    inner join lists
        on
            messages.user_id = lists.user_id
            and messages.placement = lists.placement

),

{{ export_rows(
    'esp_events',
    [
        'event_id', 'user_id', 'email', 'event_name', 'placement', 'language', 'subject', 'preheader', 'item_id', 'items',
        'item_count', 'occurred_at'
    ],
    tombstones=false
) }}
