{#- A UTC timestamp as the clock of an IANA time zone shows it. -#}
{% macro local_time(timestamp, timezone) -%}
    {{ return(adapter.dispatch('local_time', 'recmail')(timestamp, timezone)) }}
{%- endmacro %}


{% macro default__local_time(timestamp, timezone) -%}
    from_utc_timestamp({{ timestamp }}, {{ timezone }})
{%- endmacro %}


{% macro duckdb__local_time(timestamp, timezone) -%}
    timezone({{ timezone }}, {{ timestamp }} at time zone 'UTC')
{%- endmacro %}
