{{ config(materialized='view') }}

with web_interactions as (

    select * from {{ ref('int_web_interactions') }}

),

email_events as (

    select * from {{ ref('int_email_events') }}

),

families as (

    select * from {{ ref('int_item_families') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

all_events as (

    select
        user_id,
        item_id,
        event_type,
        dwell_seconds,
        occurred_at
    from web_interactions
    union all
    -- the search or category view that led to an item view, as an event of its own
    select
        user_id,
        item_id,
        led_by as event_type,
        cast(null as decimal(18, 4)) as dwell_seconds,
        occurred_at
    from web_interactions
    where led_by is not null
    union all
    select
        email_events.user_id,
        families.family_item_id as item_id,
        'email_click' as event_type,
        cast(null as decimal(18, 4)) as dwell_seconds,
        email_events.occurred_at
    from email_events
    inner join families
        on email_events.item_id = families.item_id
    where email_events.event_type = 'click' and not email_events.is_machine

)

select
    all_events.user_id,
    all_events.item_id,
    all_events.event_type,
    all_events.dwell_seconds,
    false as is_gift,
    all_events.occurred_at
from all_events
cross join as_of
where
    all_events.user_id is not null
    and {{ is_remembered('all_events.occurred_at') }}
