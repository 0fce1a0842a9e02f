{#- The trigger of a user's latest web event of some types. -#}
{% macro last_event(event_types) -%}
select
    user_id,
    event_id as occasion,
    occurred_at as happened_at,
    item_id
from {{ ref('int_web_interactions') }}
where event_type in ('{{ event_types | join("', '") }}')
qualify row_number() over (partition by user_id order by occurred_at desc, event_id) = 1
{%- endmacro %}
