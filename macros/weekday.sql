{#- 1 Monday to 7 Sunday of a date or timestamp; 1900-01-01 was a Monday. -#}
{% macro weekday(date) -%}
    (mod({{ dbt.datediff("cast('1900-01-01' as date)", date, 'day') }}, 7) + 1)
{%- endmacro %}
