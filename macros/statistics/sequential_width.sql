{#-
    Half the width of the always-valid interval, in standard errors: the |z| at which sequential_p_value is `error_rate`,
    and beyond it whatever the number of looks.
-#}
{% macro sequential_width(user_count, error_rate) -%}
    {%- set spread = user_count ~ ' * ' ~ mixture_weight() -%}
    sqrt(
        2e+00 * (1 + {{ spread }}) / ({{ spread }}) * ln(sqrt(1 + {{ spread }}) / ({{ error_rate }}))
    )
{%- endmacro %}
