-- What was left in a check-out that was only begun was put into a cart.
{{ config(enabled='woocommerce' in var('sources')) }}

select
    concat('checkout:', drafts.order_id, ':', sold_lines.order_line_id) as event_id,
    'cart_add' as event_type,
    drafts.ordered_at as occurred_at,
    drafts.customer_id as user_id,
    drafts.guest_id as anonymous_id,
    concat('checkout:', drafts.order_id) as session_id,
    sold_lines.item_id,
    cast(null as {{ dbt.type_string() }}) as category,
    cast(null as {{ dbt.type_string() }}) as search_query,
    cast(null as {{ dbt.type_string() }}) as device_type
from {{ ref('woocommerce_placed_orders') }} as drafts
inner join {{ ref('woocommerce_sold_lines') }} as sold_lines
    on drafts.order_id = sold_lines.order_id
where drafts.status = 'checkout-draft'
