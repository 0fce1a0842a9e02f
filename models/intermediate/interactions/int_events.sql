with purchases as (

    select * from {{ ref('int_purchases') }}

),

web_events as (

    select * from {{ ref('stg_web_events') }}

),

email_events as (

    select * from {{ ref('stg_email_events') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

families as (

    select * from {{ ref('int_item_families') }}

),

all_events as (

    select
        user_id,
        item_id,
        'purchase' as event_type,
        is_gift,
        ordered_at as occurred_at
    from purchases
    union all
    select
        coalesce(web_events.user_id, identities.user_id) as user_id,
        families.family_item_id as item_id,
        web_events.event_type,
        false as is_gift,
        web_events.occurred_at
    from web_events
    inner join families
        on web_events.item_id = families.item_id
    left join identities
        on
            web_events.anonymous_id = identities.anonymous_id
            and web_events.occurred_at >= identities.linked_from
            and web_events.occurred_at < identities.linked_until
    union all
    select
        email_events.user_id,
        families.family_item_id as item_id,
        'email_click' as event_type,
        false as is_gift,
        email_events.occurred_at
    from email_events
    inner join families
        on email_events.item_id = families.item_id
    where email_events.event_type = 'click' and not email_events.is_machine

)

select
    user_id,
    item_id,
    event_type,
    is_gift,
    occurred_at
from all_events
where user_id is not null
