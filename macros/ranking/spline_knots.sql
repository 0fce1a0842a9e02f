{#-
    One row per coefficient of a logistic regression on splines: the intercept (knot 0) and, per feature, knot -1 for an
    unknown value and knots 0 to `knots`. ranker/spline.py names the same places.
-#}
{% macro spline_knots(features) -%}
select
    'intercept' as feature,
    0 as knots,
    0 as knot
{%- for feature in features -%}
    {%- for knot in range(-1, feature.knots + 1) %}
union all
select
    '{{ feature.name }}' as feature,
    {{ feature.knots }} as knots,
    {{ knot }} as knot
    {%- endfor -%}
{%- endfor -%}
{%- endmacro %}
