{{ config(enabled='woocommerce' in var('sources')) }}

select
    order_id as order_name,
    customer_id
from {{ ref('woocommerce_placed_orders') }}
where customer_id is not null
union
select
    order_number as order_name,
    customer_id
from {{ ref('woocommerce_placed_orders') }}
where
    customer_id is not null
    and order_number is not null
