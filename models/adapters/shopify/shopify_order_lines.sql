-- What was paid for a unit: the price less what discounts take off the line, those of the whole order included. Units
-- come back once, by the lines of refunds: money alone, as for shipping, brings none back, and more than was sold can't.
{{ config(enabled='shopify' in var('sources')) }}

with sold_lines as (

    select * from {{ ref('shopify_sold_lines') }}

),

refund_lines as (

    select distinct
        refund_line_id,
        order_line_id,
        quantity
    from {{ ref('shopify_table_refund_lines') }}

),

refunds as (

    select
        order_line_id,
        sum({{ clean_number('quantity') }}) as quantity
    from refund_lines
    group by order_line_id

),

-- exports that overlap hold one twice; without its place nothing tells it from another of the same amount
single_allocations as (

    select
        order_line_id,
        {{ clean_number('amount') }} as amount
    from {{ ref('shopify_table_discount_allocations') }}
    qualify place is null or row_number() over (
        partition by order_line_id, place order by {{ clean_number('amount') }} desc
    ) = 1

),

allocations as (

    select
        order_line_id,
        sum(amount) as amount
    from single_allocations
    group by order_line_id

),

lines as (

    select
        sold_lines.*,
        coalesce(allocations.amount, sold_lines.total_discount, 0) as discount_amount,
        least(coalesce(refunds.quantity, 0), sold_lines.quantity) as returned_quantity
    from sold_lines
    left join allocations
        on sold_lines.order_line_id = allocations.order_line_id
    left join refunds
        on sold_lines.order_line_id = refunds.order_line_id

)

select
    order_line_id,
    order_id,
    item_id,
    cast(quantity as double) as quantity,
    cast(
        round(full_price - discount_amount / nullif(quantity, 0), 4) as double
    ) as unit_price,
    cast(discount_amount as double) as discount_amount,
    cast(returned_quantity as double) as returned_quantity,
    cast(null as boolean) as is_gift
from lines
