{#- A value of a fixed list, whatever its case and surrounding white space. -#}
{% macro clean_enum(column) -%}
    lower({{ clean_text(column) }})
{%- endmacro %}
