{#- Materialization of a model that is built one range of keys at a time, where the engine has one (table_in_parts). -#}
{% macro in_parts() %}
    {{ return(adapter.dispatch('in_parts', 'recmail')()) }}
{% endmacro %}


{% macro default__in_parts() %}
    {{ return('table') }}
{% endmacro %}


{% macro duckdb__in_parts() %}
    {{ return('table_in_parts') }}
{% endmacro %}
