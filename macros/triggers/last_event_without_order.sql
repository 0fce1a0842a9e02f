{#- The trigger of a user's latest web event of one type, unless the user ordered anything since. -#}
{% macro last_event_without_order(event_type) -%}
select
    acts.user_id,
    acts.event_id as occasion,
    acts.occurred_at as happened_at,
    acts.item_id
from {{ ref('int_web_interactions') }} as acts
left join {{ ref('int_last_orders') }} as last_orders
    on acts.user_id = last_orders.user_id
where
    acts.event_type = '{{ event_type }}'
    and (last_orders.last_ordered_at is null or last_orders.last_ordered_at < acts.occurred_at)
qualify row_number() over (partition by acts.user_id order by acts.occurred_at desc, acts.event_id) = 1
{%- endmacro %}
