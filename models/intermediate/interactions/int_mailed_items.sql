-- What the sender's log says was shown, and what events of an ESP name.
with logged as (

    select
        message_id,
        user_id,
        sent_at,
        {{ unnest_list('items') }} as shown
    from {{ ref('stg_send_log') }}
    where sent_at is not null

),

named as (

    select
        message_id,
        user_id,
        shown.item_id,
        sent_at as mailed_at
    from logged
    union all
    select
        message_id,
        user_id,
        item_id,
        occurred_at as mailed_at
    from {{ ref('int_email_events') }}
    where event_type in ('sent', 'delivered')

)

select
    message_id,
    user_id,
    item_id,
    max(mailed_at) as mailed_at
from named
where
    message_id is not null
    and user_id is not null
    and item_id is not null
group by message_id, user_id, item_id
