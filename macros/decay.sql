{#-
  0.5 ^ (age / half-life), the exponential decay of SAR: 1 at age 0, 0.5 after one half-life; an age below 0 counts
  as 0. Both in days.
-#}
{% macro decay(age_days, half_life_days) -%}
    power(cast(0.5 as double), greatest(cast({{ age_days }} as double), 0) / {{ half_life_days }})
{%- endmacro %}
