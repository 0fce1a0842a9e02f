{#-
    Variance of sum_x / sum_y over independent users, from their sums and squares, by the delta method (Deng, Knoblich & Lu,
    "Applying the delta method in metric analytics", KDD 2018): (s²_x - 2 R s_xy + R² s²_y) / (n ȳ²). A mean per user is the
    ratio with y = 1.
-#}
{% macro ratio_variance(sums) -%}
    (
        {{ covariance(sums, 'x', 'x') }}
        - 2 * {{ sums }}.sum_x / {{ sums }}.sum_y * {{ covariance(sums, 'x', 'y') }}
        + power({{ sums }}.sum_x / {{ sums }}.sum_y, 2) * {{ covariance(sums, 'y', 'y') }}
    ) * {{ sums }}.user_count / nullif(power({{ sums }}.sum_y, 2), 0)
{%- endmacro %}
