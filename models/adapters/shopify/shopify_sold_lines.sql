-- Gift cards and tips are no products, and lines of orders that are none are none. A product that the shop has deleted
-- goes on by the variant or product that it was, else by its stock keeping unit, else by its name.
{{ config(enabled='shopify' in var('sources')) }}

with orders as (

    select
        order_id,
        coalesce(processed_at, created_at) as ordered_at,
        coalesce({{ clean_boolean('is_test') }}, false)
        or coalesce({{ clean_boolean('is_deleted') }}, false) as is_none
    from {{ ref('shopify_table_orders') }}

),

-- exports that overlap hold an order twice
single_orders as (

    select * from orders
    qualify row_number() over (partition by order_id order by case when is_none then 1 else 0 end, ordered_at desc) = 1

)

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
    single_orders.ordered_at
from {{ ref('shopify_table_order_lines') }} as order_lines
left join single_orders
    on order_lines.order_id = single_orders.order_id
where
    not coalesce(single_orders.is_none, false)
    and not coalesce({{ clean_boolean('order_lines.is_gift_card') }}, false)
    and not (order_lines.product_id is null and lower(order_lines.title) in ('tip', 'gratuity'))
