{#- An exact number with four decimals (sums do not depend on row order); null when it isn't one, NaN included. -#}
{% macro clean_number(column) -%}
    {{ dbt.safe_cast(clean_text(column), 'decimal(18, 4)') }}
{%- endmacro %}
