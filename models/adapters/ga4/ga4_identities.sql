-- A device is whose user id its events carry, and whose order it paid, where the shop's orders are there.
{{ config(enabled='ga4' in var('sources')) }}

with events as (

    select * from {{ ref('ga4_events') }}
    where user_pseudo_id is not null

),

links as (

    select
        user_pseudo_id,
        user_id,
        occurred_at
    from events
    where user_id is not null
    {% if 'shopify' in var('sources') %}
        union all
        select
            events.user_pseudo_id,
            orders.customer_id as user_id,
            events.occurred_at
        from events
        inner join {{ ref('shopify_table_orders') }} as orders
            on events.transaction_id in (
                orders.order_id, orders.order_number, orders.order_name, concat('#', orders.order_number)
            )
        where
            events.event_name = 'purchase'
            and orders.customer_id is not null
    {% endif %}

)

select
    user_pseudo_id as anonymous_id,
    user_id,
    min(occurred_at) as linked_at
from links
group by user_pseudo_id, user_id
