{#- A var as a SQL text literal, quotes escaped. -#}
{% macro literal(value) -%}
    {{ return(adapter.dispatch('literal', 'recmail')(value)) }}
{%- endmacro %}


{% macro default__literal(value) -%}
    {{ dbt.string_literal(dbt.escape_single_quotes(value | string)) }}
{%- endmacro %}


{#- a backslash escapes in a literal of Spark's -#}
{% macro spark__literal(value) -%}
    '{{ value | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
{%- endmacro %}
