select
    user_id,
    currency
from {{ ref('int_orders') }}
where
    currency is not null
    and user_id is not null
qualify row_number() over (partition by user_id order by ordered_at desc, order_id desc) = 1
