{#- Bytes of a text in UTF-8. -#}
{% macro byte_count(text) -%}
    {{ return(adapter.dispatch('byte_count', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__byte_count(text) -%}
    octet_length({{ text }})
{%- endmacro %}


{% macro duckdb__byte_count(text) -%}
    strlen({{ text }})
{%- endmacro %}
