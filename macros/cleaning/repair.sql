{#- Note for column `repairs`: a value came in, but could not be used and counts as null. Needs `raw_row`. -#}
{% macro repair(column, why) -%}
    case when {{ column }} is null and {{ clean_text('raw_row.' ~ column) }} is not null then '{{ column }} {{ why }}' end
{%- endmacro %}
