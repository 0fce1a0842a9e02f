{#- A var as a SQL text literal, quotes escaped. -#}
{% macro literal(value) -%}
    {{ return(adapter.dispatch('literal', 'recmail')(value)) }}
{%- endmacro %}


{% macro default__literal(value) -%}
    '{{ value | string | replace("'", "''") }}'
{%- endmacro %}


{#- a backslash escapes in a literal of Spark's -#}
{% macro spark__literal(value) -%}
    '{{ value | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
{%- endmacro %}
