{#-
  Body of <tracker>_identities: a device is whose user id its events carry, and whose order it paid, where the shop's
  orders are there. `device` is the column of <tracker>_events that names it, `is_purchase` the condition on `events`.
-#}
{% macro device_identities(tracker, device, is_purchase) %}
with events as (

    select * from {{ ref(tracker ~ '_events') }}
    where {{ device }} is not null

),

links as (

    select
        {{ device }} as anonymous_id,
        user_id,
        occurred_at
    from events
    where user_id is not null
    {% if recmail.shops() %}
        union all
        select
            events.{{ device }} as anonymous_id,
            order_names.customer_id as user_id,
            events.occurred_at
        from events
        inner join {{ ref(recmail.shops()[0] ~ '_order_names') }} as order_names
            on events.transaction_id = order_names.order_name
        where {{ is_purchase }}
    {% endif %}

)

select
    anonymous_id,
    user_id,
    min(occurred_at) as linked_at
from links
group by anonymous_id, user_id
{% endmacro %}
