-- The latest order of which anything was kept.
select
    user_id,
    order_id as occasion,
    ordered_at as happened_at,
    item_id
from {{ ref('int_purchases') }}
where user_id is not null
qualify row_number() over (partition by user_id order by ordered_at desc, order_id, item_id) = 1
