{#-
    One row per coefficient of a logistic regression on splines: the intercept (knot 0) and, per feature, knot -1 for an
    unknown value and knots 0 to `knots`. ranker/spline.py names the same places.
-#}
{% macro spline_knots(features) -%}
select
    places.feature,
    places.knots,
    places.knot
from (
    values
    ('intercept', 0, 0)
{%- for feature in features -%}
    {%- for knot in range(-1, feature.knots + 1) %},
    ('{{ feature.name }}', {{ feature.knots }}, {{ knot }})
    {%- endfor -%}
{%- endfor %}
) as places (feature, knots, knot)
{%- endmacro %}
