{#- Whole days from a timestamp until as_of, in a query that joins `as_of`: 86,400 seconds each, calendar days don't count. -#}
{% macro age_days(timestamp) -%}
    cast(floor({{ dbt.datediff(timestamp, 'as_of.as_of', 'second') }} / 86400.0) as {{ dbt.type_int() }})
{%- endmacro %}
