{#- A number that tells a row, given as row_as_struct has it, from others; the engine's own, since nothing compares it elsewhere. -#}
{% macro hash_of_row(row) -%}
    {{ return(adapter.dispatch('hash_of_row', 'recmail')(row)) }}
{%- endmacro %}


{% macro default__hash_of_row(row) -%}
    xxhash64({{ row }})
{%- endmacro %}


{% macro duckdb__hash_of_row(row) -%}
    hash({{ row }})
{%- endmacro %}
