{#- The value of a key in JSON such as [{"key": …, "value": …}], as WooCommerce writes meta tags; the first, of several. -#}
{% macro json_meta(text, key) -%}
    {{ return(adapter.dispatch('json_meta', 'recmail')(text, key)) }}
{%- endmacro %}


{% macro default__json_meta(text, key) -%}
    filter({{ recmail.json_rows(text, ['key', 'value']) }}, tag -> tag.key = '{{ key }}')[0].value
{%- endmacro %}


{% macro duckdb__json_meta(text, key) -%}
    list_filter({{ recmail.json_rows(text, ['key', 'value']) }}, lambda tag: tag.key = '{{ key }}')[1].value
{%- endmacro %}
