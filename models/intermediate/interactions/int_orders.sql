{{ config(materialized='view') }}

select
    orders.order_id,
    coalesce(orders.user_id, identities.user_id) as user_id,
    orders.anonymous_id,
    orders.order_status,
    orders.currency,
    orders.ordered_at
from {{ ref('stg_orders') }} as orders
left join {{ ref('int_identities') }} as identities
    on
        orders.anonymous_id = identities.anonymous_id
        and orders.ordered_at >= identities.linked_from
        and orders.ordered_at < identities.linked_until
