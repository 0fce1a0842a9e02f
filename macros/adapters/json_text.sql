{#- A field of JSON as text, null where it isn't there; a path has dots, and no path is the value itself. -#}
{% macro json_text(json, path) -%}
    {{ return(adapter.dispatch('json_text', 'recmail')(json, path)) }}
{%- endmacro %}


{% macro default__json_text(json, path) -%}
    get_json_object({{ json }}, '$.{{ path }}')
{%- endmacro %}


{% macro duckdb__json_text(json, path) -%}
    json_extract_string(try_cast({{ json }} as json), '$.{{ path }}')
{%- endmacro %}
