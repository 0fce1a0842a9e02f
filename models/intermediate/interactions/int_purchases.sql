with order_lines as (

    select * from {{ ref('stg_order_lines') }}

),

orders as (

    select * from {{ ref('stg_orders') }}

),

identities as (

    select * from {{ ref('int_identities') }}

),

items as (

    select * from {{ ref('stg_items') }}

),

families as (

    select * from {{ ref('int_item_families') }}

),

shop_currency as (

    select currency
    from items
    group by currency
    order by count(*) desc, currency
    limit 1

),

cancelled as (

    select
        cancelled_order_line_id as order_line_id,
        sum(cancelled_quantity) as quantity
    from {{ ref('int_cancellations') }}
    where cancelled_order_line_id is not null
    group by cancelled_order_line_id

),

kept as (

    select
        order_lines.order_line_id,
        order_lines.order_id,
        coalesce(orders.user_id, identities.user_id) as user_id,
        families.family_item_id as item_id,
        order_lines.quantity
        - order_lines.returned_quantity
        - coalesce(cancelled.quantity, 0) as kept_quantity,
        -- unit_price is what was paid, discount taken off (GA4's `price`); a second currency can't be added up
        case
            when coalesce(orders.currency, shop_currency.currency) = shop_currency.currency
                then order_lines.unit_price
        end as unit_price,
        order_lines.is_gift,
        orders.ordered_at
    from order_lines
    inner join orders
        on order_lines.order_id = orders.order_id
    inner join items
        on order_lines.item_id = items.item_id
    inner join families
        on order_lines.item_id = families.item_id
    cross join shop_currency
    left join cancelled
        on order_lines.order_line_id = cancelled.order_line_id
    left join identities
        on
            orders.anonymous_id = identities.anonymous_id
            and orders.ordered_at >= identities.linked_from
            and orders.ordered_at < identities.linked_until
    where
        orders.order_status in ('completed', 'pending')
        and items.is_product

)

select
    order_line_id,
    order_id,
    user_id,
    item_id,
    kept_quantity,
    cast(kept_quantity * unit_price as decimal(18, 4)) as net_amount,
    is_gift,
    ordered_at
from kept
where kept_quantity > 0
