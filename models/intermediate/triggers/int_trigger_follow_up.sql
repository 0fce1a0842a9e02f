-- The latest email for a trigger with follow-ups, unless the user ordered anything since. The first counts from that
-- email, each next one from the follow-up before it.
with mailed as (

    select
        queued.user_id,
        queued.message_id,
        queued.trigger_type,
        max(email_events.occurred_at) as mailed_at
    from {{ ref('stg_queued_messages') }} as queued
    inner join {{ ref('int_email_events') }} as email_events
        on queued.message_id = email_events.message_id
    where email_events.event_type in ('sent', 'delivered')
    group by queued.user_id, queued.message_id, queued.trigger_type

),

followed as (

    select
        mailed.*,
        triggers.follow_ups
    from mailed
    inner join {{ ref('triggers') }} as triggers
        on mailed.trigger_type = triggers.trigger_type
    where triggers.follow_ups > 0
    qualify row_number() over (partition by mailed.user_id order by mailed.mailed_at desc, mailed.message_id) = 1

),

counted as (

    select
        followed.user_id,
        followed.message_id,
        followed.follow_ups,
        followed.mailed_at,
        count(follow_ups.message_id) as follow_up_count,
        coalesce(max(follow_ups.mailed_at), followed.mailed_at) as last_mailed_at
    from followed
    left join mailed as follow_ups
        on
            followed.user_id = follow_ups.user_id
            and follow_ups.trigger_type = 'follow_up'
            and followed.mailed_at < follow_ups.mailed_at
    group by followed.user_id, followed.message_id, followed.follow_ups, followed.mailed_at

)

select
    counted.user_id,
    concat(counted.message_id, ':', cast(counted.follow_up_count + 1 as {{ dbt.type_string() }})) as occasion,
    counted.last_mailed_at as happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from counted
left join {{ ref('int_last_orders') }} as last_orders
    on counted.user_id = last_orders.user_id
where
    counted.follow_up_count < counted.follow_ups
    and (last_orders.last_ordered_at is null or last_orders.last_ordered_at < counted.mailed_at)
