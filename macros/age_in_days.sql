{#- Days, with fractions, from a timestamp until as_of, in a query that joins `as_of`. -#}
{% macro age_in_days(timestamp) -%}
    {{ dbt.datediff(timestamp, 'as_of.as_of', 'second') }} / 86400.0
{%- endmacro %}
