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
    {% if shops() %}
        union all
        select
            events.user_pseudo_id,
            order_names.customer_id as user_id,
            events.occurred_at
        from events
        inner join {{ ref(shops()[0] ~ '_order_names') }} as order_names
            on events.transaction_id = order_names.order_name
        where events.event_name = 'purchase'
    {% endif %}

)

select
    user_pseudo_id as anonymous_id,
    user_id,
    min(occurred_at) as linked_at
from links
group by user_pseudo_id, user_id
