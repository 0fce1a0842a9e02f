{#- A number that must not pass a limit: a query that meets a larger one stops with the message. -#}
{% macro at_most(number, limit, message) -%}
    {{ return(adapter.dispatch('at_most', 'recmail')(number, limit, message)) }}
{%- endmacro %}


{% macro default__at_most(number, limit, message) -%}
    case when {{ number }} > {{ limit }} then raise_error('recmail: {{ message }} (at most {{ limit }})') else {{ number }} end
{%- endmacro %}


{% macro duckdb__at_most(number, limit, message) -%}
    case when {{ number }} > {{ limit }} then error('recmail: {{ message }} (at most {{ limit }})') else {{ number }} end
{%- endmacro %}
