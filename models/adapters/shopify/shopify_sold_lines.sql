-- Gift cards and tips are no products, and lines of orders that are none are none. A product that the shop has deleted
-- goes on by the variant or product that it was, else by its stock keeping unit, else by its name.
{{ config(enabled='shopify' in var('sources')) }}

select
    order_lines.order_line_id,
    order_lines.order_id,
    coalesce(
        order_lines.variant_id,
        order_lines.product_id,
        'sku:' || order_lines.sku,
        'title:' || md5(order_lines.title)
    ) as item_id,
    order_lines.product_id,
    order_lines.title,
    order_lines.vendor,
    {{ clean_number('order_lines.quantity') }} as quantity,
    coalesce(
        {{ clean_number('order_lines.price') }},
        {{ clean_number('order_lines.line_amount') }} / nullif({{ clean_number('order_lines.quantity') }}, 0)
    ) as full_price,
    {{ clean_number('order_lines.total_discount') }} as total_discount,
    coalesce(orders.processed_at, orders.created_at) as ordered_at
from {{ ref('shopify_table_order_lines') }} as order_lines
left join {{ ref('shopify_table_orders') }} as orders
    on order_lines.order_id = orders.order_id
where
    not coalesce({{ clean_boolean('orders.is_test') }}, false)
    and not coalesce({{ clean_boolean('orders.is_deleted') }}, false)
    and not coalesce({{ clean_boolean('order_lines.is_gift_card') }}, false)
    and not (order_lines.product_id is null and lower(order_lines.title) in ('tip', 'gratuity'))
