-- Each order of a known user, and each message that the user opened or clicked within the window before it. The shares
-- of an order add up to 1 in every model: last and first touch take all; linear splits evenly; position-based gives
-- 40 % to the first and to the last, and the rest to those between (Snowplow's and Google Analytics' weights).
{% set end_share = 0.4 %}  {#- of the first touch, and of the last -#}

with touches as (

    select
        message_id,
        user_id,
        event_type,
        occurred_at
    from {{ ref('int_email_events') }}
    where
        event_type in ('open', 'click')
        and not is_machine

),

messages as (

    select * from {{ ref('int_mailed_messages') }}

),

orders as (

    select
        order_id,
        user_id,
        min(ordered_at) as ordered_at,
        cast(coalesce(sum(net_amount), 0) as decimal(18, 4)) as revenue_amount
    from {{ ref('int_purchases') }}
    where user_id is not null
    group by order_id, user_id

),

-- a message touches an order once, with the last that its reader did to it
touched as (

    select
        orders.order_id,
        orders.user_id,
        orders.ordered_at,
        orders.revenue_amount,
        messages.message_id,
        messages.trigger_type,
        messages.segment,
        messages.arm,
        messages.sent_at,
        max(touches.occurred_at) as touched_at
    from orders
    inner join messages
        on orders.user_id = messages.user_id
    inner join touches
        on
            messages.message_id = touches.message_id
            and messages.user_id = touches.user_id
    where
        touches.occurred_at <= orders.ordered_at
        and touches.occurred_at >= {{ dbt.dateadd('hour', -1 * var('attribution_window_hours'), 'orders.ordered_at') }}
    group by
        orders.order_id, orders.user_id, orders.ordered_at, orders.revenue_amount,
        messages.message_id, messages.trigger_type, messages.segment, messages.arm, messages.sent_at

),

numbered as (

    select
        *,
        row_number() over (partition by order_id order by touched_at, message_id) as touch_number,
        count(*) over (partition by order_id) as touch_count
    from touched

),

shared as (

    select
        *,
        case when touch_number = touch_count then 1 else 0 end as last_touch_share,
        case when touch_number = 1 then 1 else 0 end as first_touch_share,
        cast(1 as double) / touch_count as linear_share,
        case
            when touch_count <= 2 then cast(1 as double) / touch_count
            when touch_number in (1, touch_count) then cast({{ end_share }} as double)
            else cast({{ 1 - 2 * end_share }} as double) / (touch_count - 2)
        end as position_based_share
    from numbered

)

select
    order_id,
    message_id,
    user_id,
    trigger_type,
    segment,
    arm,
    sent_at,
    touched_at,
    ordered_at,
    revenue_amount,
    {% for model in ['last_touch', 'first_touch', 'linear', 'position_based'] %}
        cast({{ model }}_share as double) as {{ model }}_share,
        cast(revenue_amount * {{ model }}_share as decimal(18, 4)) as {{ model }}_amount,
    {% endfor %}
    cast(touch_count as {{ dbt.type_int() }}) as touch_count
from shared
