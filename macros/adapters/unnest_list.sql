{#- Select expression that gives a row per element of a list. -#}
{% macro unnest_list(list) -%}
    {{ return(adapter.dispatch('unnest_list', 'recmail')(list)) }}
{%- endmacro %}


{% macro default__unnest_list(list) -%}
    explode({{ list }})
{%- endmacro %}


{% macro duckdb__unnest_list(list) -%}
    unnest({{ list }})
{%- endmacro %}
