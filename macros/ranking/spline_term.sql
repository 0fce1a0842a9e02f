{#-
    What a feature adds to the log-odds: the coefficient of the knot below its place and, by how far it has gone, the
    step to the next knot (a linear spline). `knots` is a list of structs from knot -1, which stands for an unknown value.
-#}
{% macro spline_term(place, knots) -%}
    {%- set known = 'coalesce(' ~ place ~ ', -1)' -%}
    {%- set below = list_item(knots, 'cast(floor(' ~ known ~ ') as ' ~ dbt.type_int() ~ ') + 2') -%}
    {{ below }}.coefficient + {{ below }}.step * ({{ known }} - floor({{ known }}))
{%- endmacro %}
