{#- The first elements of a list, as many as `count` says. -#}
{% macro list_head(list, count) -%}
    {{ return(adapter.dispatch('list_head', 'recmail')(list, count)) }}
{%- endmacro %}


{% macro default__list_head(list, count) -%}
    slice({{ list }}, 1, {{ count }})
{%- endmacro %}


{% macro duckdb__list_head(list, count) -%}
    list_slice({{ list }}, 1, {{ count }})
{%- endmacro %}
