-- Of messages of which something names nobody we know: whom all that tells of them names, the log whatever it says
-- became of them, and what our own runs queued. Read before any row is set aside, as refusals are.
with told as (

    select
        message_id,
        user_id
    from {{ ref('typed_email_events') }}
    where message_id is not null
    union all
    select
        message_id,
        user_id
    from {{ ref('checked_send_log') }}

),

known_users as (

    select distinct user_id
    from {{ ref('checked_users') }}
    where user_id is not null

),

messages_to_look_up as (

    select distinct told.message_id
    from told
    left join known_users
        on told.user_id = known_users.user_id
    where known_users.user_id is null

),

named as (

    select
        message_id,
        user_id
    from told
    union all
    select
        message_id,
        user_id
    from {{ ref('stg_queued_messages') }}

)

select
    named.message_id,
    named.user_id,
    count(*) over (partition by named.message_id) as addressee_count
from named
inner join messages_to_look_up
    on named.message_id = messages_to_look_up.message_id
where named.user_id is not null
group by named.message_id, named.user_id
