{{ config(materialized='view') }}

with cancelled as (

    select
        cancelled_order_line_id as order_line_id,
        sum(cancelled_quantity) as quantity
    from {{ ref('int_cancellations') }}
    where cancelled_order_line_id is not null
    group by cancelled_order_line_id

)

select
    order_lines.order_line_id,
    order_lines.order_id,
    orders.user_id,
    orders.anonymous_id,
    order_lines.item_id,
    coalesce(orders.currency, items.currency) as currency,
    orders.order_status,
    order_lines.quantity,
    order_lines.returned_quantity + coalesce(cancelled.quantity, 0) as returned_quantity,
    order_lines.unit_price,
    order_lines.is_gift,
    coalesce(order_lines.discount_amount > 0, false) as is_discounted,
    orders.ordered_at
from {{ ref('stg_order_lines') }} as order_lines
inner join {{ ref('int_orders') }} as orders
    on order_lines.order_id = orders.order_id
inner join {{ ref('stg_items') }} as items
    on order_lines.item_id = items.item_id
left join cancelled
    on order_lines.order_line_id = cancelled.order_line_id
where
    orders.order_status <> 'cancelled'
    and items.is_product
