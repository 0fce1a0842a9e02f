-- What came back: returned units, units that a later negative line took back, and refunded orders. An order that was
-- cancelled never left the shop and counts on neither side.
with cancelled as (

    select
        cancelled_order_line_id as order_line_id,
        sum(cancelled_quantity) as quantity
    from {{ ref('int_cancellations') }}
    where cancelled_order_line_id is not null
    group by cancelled_order_line_id

),

lines as (

    select
        coalesce(orders.user_id, identities.user_id) as user_id,
        order_lines.quantity,
        case
            when orders.order_status = 'refunded' then order_lines.quantity
            else least(order_lines.returned_quantity + coalesce(cancelled.quantity, 0), order_lines.quantity)
        end as returned_quantity
    from {{ ref('stg_order_lines') }} as order_lines
    inner join {{ ref('stg_orders') }} as orders
        on order_lines.order_id = orders.order_id
    inner join {{ ref('stg_items') }} as items
        on order_lines.item_id = items.item_id
    left join cancelled
        on order_lines.order_line_id = cancelled.order_line_id
    left join {{ ref('int_identities') }} as identities
        on
            orders.anonymous_id = identities.anonymous_id
            and orders.ordered_at >= identities.linked_from
            and orders.ordered_at < identities.linked_until
    where
        orders.order_status <> 'cancelled'
        and items.is_product

)

select
    user_id,
    round(cast(sum(returned_quantity) as double) / cast(sum(quantity) as double), 9) as return_share
from lines
where user_id is not null
group by user_id
