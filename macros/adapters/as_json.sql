{#- A list or struct as JSON text. -#}
{% macro as_json(value) -%}
    {{ return(adapter.dispatch('as_json', 'recmail')(value)) }}
{%- endmacro %}


{% macro default__as_json(value) -%}
    to_json({{ value }})
{%- endmacro %}
