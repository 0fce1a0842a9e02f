-- Gift cards are no products, and what isn't a product stands in other lists (postage, fees, tips). Amounts are as the
-- shop shows prices: with the tax, where its prices have it in them. A product that the shop has deleted goes on by its
-- number, else by its stock keeping unit, else by its name.
{{ config(enabled='woocommerce' in var('sources')) }}

with lines as (

    select
        order_line_id,
        order_id,
        nullif(product_id, '0') as product_id,
        nullif(variation_id, '0') as variation_id,
        sku,
        title,
        {{ clean_number('quantity') }} as quantity,
        {{ clean_number('coalesce(subtotal, total)') }} as subtotal,
        {{ clean_number('coalesce(subtotal_tax, total_tax)') }} as subtotal_tax,
        {{ clean_number('total') }} as total,
        {{ clean_number('total_tax') }} as total_tax
    from {{ ref('woocommerce_table_order_lines') }}
    where nullif(refund_id, '0') is null

),

-- exports that overlap hold an order twice, and a product
orders as (

    select * from {{ ref('woocommerce_placed_orders') }}
    qualify row_number() over (partition by order_id order by ordered_at desc, status) = 1

),

gift_cards as (

    select distinct product_id
    from {{ ref('woocommerce_table_products') }}
    where lower(product_type) like '%gift%card%'

)

select
    lines.order_line_id,
    lines.order_id,
    coalesce(
        lines.variation_id, lines.product_id, 'sku:' || lines.sku, 'title:' || md5(lines.title)
    ) as item_id,
    lines.product_id,
    lines.title,
    lines.quantity,
    lines.subtotal + case when orders.prices_include_tax then coalesce(lines.subtotal_tax, 0) else 0 end as full_amount,
    lines.total + case when orders.prices_include_tax then coalesce(lines.total_tax, 0) else 0 end as paid_amount,
    orders.status,
    orders.ordered_at
from lines
inner join orders
    on lines.order_id = orders.order_id
left join gift_cards
    on lines.product_id = gift_cards.product_id
where gift_cards.product_id is null
