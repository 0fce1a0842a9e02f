{#- A UTC timestamp from microseconds since 1970. -#}
{% macro from_epoch_microseconds(microseconds) -%}
    {{ return(adapter.dispatch('from_epoch_microseconds', 'recmail')(microseconds)) }}
{%- endmacro %}


{% macro default__from_epoch_microseconds(microseconds) -%}
    timestamp_micros({{ microseconds }})
{%- endmacro %}


{% macro duckdb__from_epoch_microseconds(microseconds) -%}
    make_timestamp({{ microseconds }})
{%- endmacro %}
