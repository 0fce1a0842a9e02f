-- The latest addition to a cart, unless it was taken out again (int_web_interactions) or anything was ordered since:
-- who orders has decided about the rest of the cart.
select
    carts.user_id,
    carts.event_id as occasion,
    carts.occurred_at as happened_at,
    carts.item_id
from {{ ref('int_web_interactions') }} as carts
inner join {{ ref('int_user_activity') }} as activity
    on carts.user_id = activity.user_id
where
    carts.event_type = 'cart_add'
    and (activity.last_ordered_at is null or activity.last_ordered_at < carts.occurred_at)
qualify row_number() over (partition by carts.user_id order by carts.occurred_at desc, carts.event_id) = 1
