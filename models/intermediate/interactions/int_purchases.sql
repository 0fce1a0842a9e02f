with order_lines as (

    select * from {{ ref('stg_order_lines') }}

),

orders as (

    select * from {{ ref('stg_orders') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

families as (

    select * from {{ ref('int_item_families') }}

),

kept as (

    select
        order_lines.order_line_id,
        order_lines.order_id,
        coalesce(orders.user_id, identities.user_id) as user_id,
        families.family_item_id as item_id,
        order_lines.quantity - order_lines.returned_quantity as kept_quantity,
        order_lines.unit_price,
        order_lines.is_gift,
        orders.ordered_at
    from order_lines
    inner join orders
        on order_lines.order_id = orders.order_id
    inner join families
        on order_lines.item_id = families.item_id
    left join identities
        on orders.anonymous_id = identities.anonymous_id
    where orders.order_status in ('completed', 'pending')

)

select
    order_line_id,
    order_id,
    user_id,
    item_id,
    kept_quantity,
    -- unit_price is what was paid, discount taken off (GA4's `price`); what came back is no revenue
    cast(kept_quantity * unit_price as decimal(18, 4)) as net_amount,
    is_gift,
    ordered_at
from kept
where kept_quantity > 0
