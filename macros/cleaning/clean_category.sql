{#- A category, subcategory or brand: a name that many items share, and shorter than theirs. -#}
{% macro clean_category(column) -%}
    {{ clean_name(column, length=100) }}
{%- endmacro %}
