{#- 1 (worst) to 5 (best) from a share in [0, 1] of others that are strictly worse. -#}
{% macro quintile_score(share) -%}
    cast(least(5, 1 + floor(round(5 * {{ share }}, 9))) as {{ dbt.type_int() }})
{%- endmacro %}
