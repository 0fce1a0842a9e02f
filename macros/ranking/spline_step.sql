{#- From a knot's coefficient to the next one's, within a feature's row of knots; none from an unknown value. -#}
{% macro spline_step(partition_by) -%}
    case
        when knot < 0 then 0
        else coalesce(lead(coefficient) over (partition by {{ partition_by }} order by knot) - coefficient, 0)
    end
{%- endmacro %}
