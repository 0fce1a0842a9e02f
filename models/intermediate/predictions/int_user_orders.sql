select
    user_id,
    order_id,
    -- a line in another currency has no amount
    cast(coalesce(sum(net_amount), 0) as decimal(18, 4)) as net_amount,
    row_number() over (
        partition by user_id
        order by min(ordered_at), order_id
    ) as order_number,
    min(ordered_at) as ordered_at
from {{ ref('int_purchases') }}
where user_id is not null
group by user_id, order_id
