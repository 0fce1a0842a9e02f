-- Unless the user ordered anything since the email that is followed was queued: who ordered before it came is not asked
-- again. The first counts from that email, each next one from the follow-up before it.
with counted as (

    select
        user_id,
        followed_message_id,
        follow_ups,
        count(*) - 1 as follow_up_count,
        min(followed_queued_at) as queued_at,
        max(mailed_at) as last_mailed_at
    from {{ ref('int_followed_messages') }}
    group by user_id, followed_message_id, follow_ups

),

-- a till may tell later than the email was queued of an order before it: what the email was about was bought then
reminded as (

    {% for trigger_type in reminder_types() %}
        select
            {{ message_id(literal(trigger_type)) }} as message_id,
            happened_at
        from {{ ref('int_trigger_' ~ trigger_type) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    counted.user_id,
    concat(counted.followed_message_id, ':', cast(counted.follow_up_count + 1 as {{ dbt.type_string() }})) as occasion,
    counted.last_mailed_at as happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from counted
left join {{ ref('int_last_orders') }} as last_orders
    on counted.user_id = last_orders.user_id
left join reminded
    on counted.followed_message_id = reminded.message_id
where
    counted.follow_up_count < counted.follow_ups
    and (
        last_orders.last_ordered_at is null
        or last_orders.last_ordered_at < least(counted.queued_at, coalesce(reminded.happened_at, counted.queued_at))
    )
