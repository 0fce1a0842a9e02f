{#- A var as a SQL text literal, quotes escaped. -#}
{% macro literal(value) -%}
    {{ dbt.string_literal(dbt.escape_single_quotes(value | string)) }}
{%- endmacro %}
