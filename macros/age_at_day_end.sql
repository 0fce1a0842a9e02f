{#- Days, with fractions, from a timestamp until the end of its date. -#}
{% macro age_at_day_end(timestamp) -%}
    {{ dbt.datediff(timestamp, day_end('cast(' ~ timestamp ~ ' as date)'), 'second') }} / 86400.0
{%- endmacro %}
