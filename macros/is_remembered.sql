{#- Condition on a timestamp, in a query that joins `as_of`: what var `forget_history_days` lets taste know of. -#}
{% macro is_remembered(timestamp) -%}
    {%- if var('forget_history_days') is none -%}
        true
    {%- else -%}
        {{ timestamp }} > {{ dbt.dateadd('day', -1 * var('forget_history_days'), 'as_of.as_of') }}
    {%- endif -%}
{%- endmacro %}
