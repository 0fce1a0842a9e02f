{#- A number in [0, 1) that depends on nothing but the text: the first 32 bits of its md5. Same on every engine. -#}
{% macro hash_share(text) -%}
    {{ return(adapter.dispatch('hash_share', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__hash_share(text) -%}
    (cast(conv(substr(md5({{ text }}), 1, 8), 16, 10) as double) / 4294967296)
{%- endmacro %}


{% macro duckdb__hash_share(text) -%}
    (cast(cast('0x' || substr(md5({{ text }}), 1, 8) as bigint) as double) / 4294967296)
{%- endmacro %}
