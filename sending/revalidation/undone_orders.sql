-- One row per order that was cancelled or refunded, as newer inputs say.
select distinct order_id
from newer_orders
where
    order_id is not null
    and lower(trim(order_status)) in ('cancelled', 'refunded')
