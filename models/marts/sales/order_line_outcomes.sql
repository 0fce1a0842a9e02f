with order_lines as (

    select * from {{ ref('stg_order_lines') }}

),

orders as (

    select * from {{ ref('stg_orders') }}

),

purchases as (

    select * from {{ ref('int_purchases') }}

),

cancellations as (

    select
        cancelled_order_line_id as order_line_id,
        sum(cancelled_quantity) as cancelled_quantity
    from {{ ref('int_cancellations') }}
    where cancelled_order_line_id is not null
    group by cancelled_order_line_id

)

select
    order_lines.order_line_id,
    order_lines.order_id,
    purchases.user_id,
    order_lines.item_id,
    case
        when not items.is_product then 'not_a_product'
        when orders.order_status in ('cancelled', 'refunded') then orders.order_status
        when purchases.order_line_id is not null and order_lines.quantity = purchases.kept_quantity then 'kept'
        when purchases.order_line_id is not null then 'kept_in_part'
        when coalesce(cancellations.cancelled_quantity, 0) > 0 then 'cancelled'
        else 'returned'
    end as outcome,
    order_lines.quantity,
    cast(coalesce(purchases.kept_quantity, 0) as decimal(18, 4)) as kept_quantity,
    cast(cast(order_lines.quantity as decimal(28, 4)) * order_lines.unit_price as decimal(18, 4)) as line_amount,
    cast(coalesce(purchases.net_amount, 0) as decimal(18, 4)) as net_amount,
    orders.ordered_at
from order_lines
inner join orders
    on order_lines.order_id = orders.order_id
inner join {{ ref('stg_items') }} as items
    on order_lines.item_id = items.item_id
left join purchases
    on order_lines.order_line_id = purchases.order_line_id
left join cancellations
    on order_lines.order_line_id = cancellations.order_line_id
