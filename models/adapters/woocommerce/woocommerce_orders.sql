-- A check-out that was begun is no order. Renewals of subscriptions are orders like any other. A status of the shop's
-- own is handed on: staging sets it aside and says so.
{{ config(enabled='woocommerce' in var('sources')) }}

select
    order_id,
    customer_id as user_id,
    guest_id as anonymous_id,
    case
        when status in ('completed', 'processing') then 'completed'
        when status in ('pending', 'on-hold') then 'pending'
        when status in ('cancelled', 'failed') then 'cancelled'
        else status
    end as order_status,
    currency,
    ordered_at
from {{ ref('woocommerce_placed_orders') }}
where status <> 'checkout-draft'
