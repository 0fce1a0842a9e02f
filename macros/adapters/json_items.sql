{#- A JSON array as a list of its elements, each JSON; anything else is null. -#}
{% macro json_items(text) -%}
    {{ return(adapter.dispatch('json_items', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__json_items(text) -%}
    from_json({{ text }}, 'array<string>')
{%- endmacro %}


{% macro duckdb__json_items(text) -%}
    try_cast(try_cast({{ text }} as json) as json[])
{%- endmacro %}
