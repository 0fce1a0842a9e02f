{#- One parameter of GA4's event_params, which is JSON text here, as text: whole numbers and words alone are asked for. -#}
{% macro ga4_param(event_params, name) -%}
    {%- set value = "map_from_entries(" ~ adapter.dispatch('ga4_params', 'recmail')(event_params) ~ ")['" ~ name ~ "']" -%}
    coalesce({{ value }}.int_value, {{ value }}.string_value)
{%- endmacro %}


{% macro default__ga4_params(event_params) -%}
    from_json({{ event_params }}, 'array<struct<key:string,value:struct<string_value:string,int_value:string>>>')
{%- endmacro %}


{% macro duckdb__ga4_params(event_params) -%}
    from_json(
        try_cast({{ event_params }} as json),
        '[{{ '{"key": "VARCHAR", "value": {"string_value": "VARCHAR", "int_value": "VARCHAR"}}' }}]'
    )
{%- endmacro %}
