{#- An aggregate: the earliest of all times by which this share of them had come. -#}
{% macro timestamp_quantile(timestamp, share) -%}
    {{ return(adapter.dispatch('timestamp_quantile', 'recmail')(timestamp, share)) }}
{%- endmacro %}


{#- Spark takes numbers alone -#}
{% macro default__timestamp_quantile(timestamp, share) -%}
    timestamp_micros(cast(percentile_disc({{ share }}) within group (order by unix_micros({{ timestamp }})) as bigint))
{%- endmacro %}


{% macro duckdb__timestamp_quantile(timestamp, share) -%}
    percentile_disc({{ share }}) within group (order by {{ timestamp }})
{%- endmacro %}
