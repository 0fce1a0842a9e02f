{#- Calendar days from one date to another, below 0 when the second is earlier. -#}
{% macro days_between(first_date, second_date) -%}
    cast({{ dbt.datediff(first_date, second_date, 'day') }} as {{ dbt.type_int() }})
{%- endmacro %}
