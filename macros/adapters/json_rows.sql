{#- A JSON array of objects as a list of structs with these text fields; anything else, or an array of none, is null. -#}
{% macro json_rows(text, fields) -%}
    {{ return(adapter.dispatch('json_rows', 'recmail')(text, fields)) }}
{%- endmacro %}


{% macro default__json_rows(text, fields) -%}
    from_json({{ text }}, 'array<struct<{{ fields | join(':string,') }}:string>>')
{%- endmacro %}


{% macro duckdb__json_rows(text, fields) -%}
    {%- set types = [] -%}
    {%- for field in fields -%}{%- do types.append('"' ~ field ~ '": "VARCHAR"') -%}{%- endfor -%}
    from_json(try_cast({{ text }} as json), '[{{ '{' ~ types | join(', ') ~ '}' }}]')
{%- endmacro %}
