{#- A UTC timestamp from text with or without an offset, or from a timestamp; null when it isn't one. -#}
{% macro clean_timestamp(column) -%}
    {{ return(adapter.dispatch('clean_timestamp', 'recmail')(column)) }}
{%- endmacro %}


{% macro default__clean_timestamp(column) -%}
    try_cast({{ column }} as timestamp)
{%- endmacro %}


{#- DuckDB's timestamp ignores an offset in text; by way of timestamptz (session time zone UTC) it counts. -#}
{% macro duckdb__clean_timestamp(column) -%}
    cast(try_cast({{ column }} as timestamptz) as timestamp)
{%- endmacro %}
