{#- One count or amount over another, null when there is nothing to divide by. -#}
{% macro rate(numerator, denominator) -%}
    round(cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0), 6)
{%- endmacro %}
