-- The click is a person's; what it put into the cart and what it sold is of the same item or its family, within the
-- attribution window. Of several clicks the last before it did it, so that nothing is sold twice.
with messages as (

    select * from {{ ref('int_mailed_messages') }}

),

families as (

    select * from {{ ref('int_item_families') }}

),

clicks as (

    select distinct
        messages.message_id,
        messages.user_id,
        families.family_item_id as item_id,
        events.occurred_at as clicked_at
    from {{ ref('int_email_events') }} as events
    inner join messages
        on
            events.message_id = messages.message_id
            and events.user_id = messages.user_id
    inner join families
        on events.item_id = families.item_id
    where
        events.event_type = 'click'
        and not events.is_machine

),

in_turn as (

    select
        *,
        lead(clicked_at) over (partition by user_id, item_id order by clicked_at, message_id) as next_clicked_at
    from clicks

),

followed as (

    select
        item_id,
        user_id,
        ordered_at as happened_at,
        net_amount,
        1 as is_purchase
    from {{ ref('int_purchases') }}
    union all
    select
        item_id,
        user_id,
        occurred_at as happened_at,
        cast(null as decimal(18, 4)) as net_amount,
        0 as is_purchase
    from {{ ref('int_web_interactions') }}
    where event_type = 'cart_add'

)

select
    in_turn.message_id,
    in_turn.user_id,
    in_turn.item_id,
    min(in_turn.clicked_at) as clicked_at,
    coalesce(max(1 - followed.is_purchase), 0) = 1 as is_added_to_cart,
    coalesce(max(followed.is_purchase), 0) = 1 as is_purchased,
    sum(followed.net_amount) as revenue_amount
from in_turn
left join followed
    on
        in_turn.user_id = followed.user_id
        and in_turn.item_id = followed.item_id
        and in_turn.clicked_at <= followed.happened_at
        and {{ dbt.dateadd('hour', var('attribution_window_hours'), 'in_turn.clicked_at') }} >= followed.happened_at
        and (in_turn.next_clicked_at is null or in_turn.next_clicked_at > followed.happened_at)
group by in_turn.message_id, in_turn.user_id, in_turn.item_id
