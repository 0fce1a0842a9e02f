{#- Sample covariance of two columns (or variance of one) from the sums of macro experiment_sums; null for a single user. -#}
{% macro covariance(sums, one, other) -%}
    ((
        {{ sums }}.sum_{{ one }}{{ other }} - {{ sums }}.sum_{{ one }} * {{ sums }}.sum_{{ other }} / {{ sums }}.user_count
    ) / nullif({{ sums }}.user_count - 1, 0))
{%- endmacro %}
