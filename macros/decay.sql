{#-
  0.5 ^ (age / half-life), the exponential decay of SAR: 1 at age 0, 0.5 after one half-life. Both in days. An age below
  0 gives more than 1: it takes what was decayed to the end of a day back to a time within it.
-#}
{% macro decay(age_days, half_life_days) -%}
    power(cast(0.5 as double), cast({{ age_days }} as double) / {{ half_life_days }})
{%- endmacro %}
