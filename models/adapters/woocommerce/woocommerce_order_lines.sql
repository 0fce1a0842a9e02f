-- Units come back once, by the lines of refunds: money alone, as for postage, brings none back, and more than was sold
-- can't. A refund whose line isn't named is of the order's lines of that item, the first ones first.
{{ config(enabled='woocommerce' in var('sources')) }}

with sold_lines as (

    select * from {{ ref('woocommerce_sold_lines') }}
    where status <> 'checkout-draft'

),

refund_lines as (

    select distinct
        refund_lines.refund_line_id,
        {{ json_meta('refund_lines.meta_data', '_refunded_item_id') }} as order_line_id,
        refunds.order_id,
        coalesce(nullif(refund_lines.variation_id, '0'), nullif(refund_lines.product_id, '0')) as item_id,
        abs({{ clean_number('refund_lines.quantity') }}) as quantity
    from {{ ref('woocommerce_table_refund_lines') }} as refund_lines
    left join {{ ref('woocommerce_table_refunds') }} as refunds
        on refund_lines.refund_id = refunds.refund_id

),

line_refunds as (

    select
        order_line_id,
        sum(quantity) as quantity
    from refund_lines
    where order_line_id is not null
    group by order_line_id

),

item_refunds as (

    select
        order_id,
        item_id,
        sum(quantity) as quantity
    from refund_lines
    where order_line_id is null
    group by order_id, item_id

),

lines as (

    select
        sold_lines.*,
        coalesce(line_refunds.quantity, 0) as line_refunds,
        greatest(
            coalesce(item_refunds.quantity, 0) - coalesce(sum(sold_lines.quantity) over (
                partition by sold_lines.order_id, sold_lines.item_id
                order by sold_lines.order_line_id
                rows between unbounded preceding and 1 preceding
            ), 0),
            0
        ) as item_refunds
    from sold_lines
    left join line_refunds
        on sold_lines.order_line_id = line_refunds.order_line_id
    left join item_refunds
        on
            sold_lines.order_id = item_refunds.order_id
            and sold_lines.item_id = item_refunds.item_id

)

select
    order_line_id,
    order_id,
    item_id,
    cast(quantity as double) as quantity,
    cast(round(paid_amount / nullif(quantity, 0), 4) as double) as unit_price,
    cast(full_amount - paid_amount as double) as discount_amount,
    cast(least(line_refunds + item_refunds, quantity) as double) as returned_quantity,
    cast(null as boolean) as is_gift
from lines
