{#-
    What a feature adds to the log-odds: the coefficient of the knot below its place and, by how far it has gone, the
    step to the next knot (a linear spline). `knots` is a list of structs from knot -1, which stands for an unknown value.
-#}
{% macro spline_term(place, knots) -%}
    {%- set below = list_item(knots, 'cast(coalesce(floor(' ~ place ~ '), -1) as ' ~ dbt.type_int() ~ ') + 2') -%}
    {{ below }}.coefficient + {{ below }}.step * coalesce({{ place }} - floor({{ place }}), 0)
{%- endmacro %}
