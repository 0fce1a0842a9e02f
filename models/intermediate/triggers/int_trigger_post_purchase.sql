-- The latest order of which anything was kept.
with purchases as (

    select
        user_id,
        order_id,
        item_id,
        ordered_at
    from {{ ref('int_purchases') }}
    where user_id is not null

),

-- before the sort, which few lines are left for
last_times as (

    select
        user_id,
        max(ordered_at) as ordered_at
    from purchases
    group by user_id

)

select
    purchases.user_id,
    purchases.order_id as occasion,
    purchases.ordered_at as happened_at,
    purchases.item_id
from purchases
inner join last_times
    on
        purchases.user_id = last_times.user_id
        and purchases.ordered_at = last_times.ordered_at
qualify row_number() over (partition by purchases.user_id order by purchases.order_id, purchases.item_id) = 1
