{#- When a date (UTC) ends. Sums per day are decayed to it, so that no later day touches them. -#}
{% macro day_end(date) -%}
    cast({{ dbt.dateadd('day', 1, date) }} as timestamp)
{%- endmacro %}
