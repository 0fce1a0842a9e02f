{#- A boolean from a boolean or from true/false, 1/0, t/f, yes/no text; null when it isn't one. -#}
{% macro clean_boolean(column) -%}
    try_cast({{ clean_text(column) }} as boolean)
{%- endmacro %}
