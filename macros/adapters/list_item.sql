{#- The element of a list at a place, from 1. -#}
{% macro list_item(list, place) -%}
    {{ return(adapter.dispatch('list_item', 'recmail')(list, place)) }}
{%- endmacro %}


{% macro default__list_item(list, place) -%}
    {{ list }}[{{ place }} - 1]
{%- endmacro %}


{% macro duckdb__list_item(list, place) -%}
    {{ list }}[{{ place }}]
{%- endmacro %}
