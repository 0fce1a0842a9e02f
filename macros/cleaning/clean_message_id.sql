{#- A message's id, with or without the angle brackets that it has in a header. -#}
{% macro clean_message_id(column) -%}
    nullif(translate({{ clean_text(column) }}, '<>', ''), '')
{%- endmacro %}
