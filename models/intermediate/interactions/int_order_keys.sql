with orders as (

    select order_id from {{ ref('stg_orders') }}

),

known as (

    select * from {{ source('state', 'order_keys') }}

),

largest as (

    select coalesce(max(order_key), 0) as order_key from known

)

select
    orders.order_id,
    {{ lasting_key('orders.order_id', 'known.order_key', 'largest.order_key') }} as order_key
from orders
cross join largest
left join known
    on orders.order_id = known.order_id
