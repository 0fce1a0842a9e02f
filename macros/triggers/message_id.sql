{#- Of a trigger's user and occasion: an occasion has one message, whichever runs queue it. `trigger_type` is SQL. -#}
{% macro message_id(trigger_type='trigger_type') -%}
    md5(concat({{ trigger_type }}, ':', user_id, ':', occasion))
{%- endmacro %}
