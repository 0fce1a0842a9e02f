{#- SHA-256 of a text (its UTF-8 bytes) as 64 hexadecimal digits in lower case: what ad platforms match addresses by. -#}
{% macro sha256_hex(text) -%}
    {{ return(adapter.dispatch('sha256_hex', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__sha256_hex(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}


{% macro duckdb__sha256_hex(text) -%}
    sha256({{ text }})
{%- endmacro %}
