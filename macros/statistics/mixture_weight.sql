{#-
    ρ² of the mixture: what makes the always-valid interval narrowest at var `experiment_planned_users` users and 5 %
    error: (-2 ln α + ln(1 - 2 ln α)) / n*, Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, "Time-uniform central limit
    theory and asymptotic confidence sequences", Annals of Statistics 2024. A constant: choosing it by the data would
    break the promise.
-#}
{% macro mixture_weight() -%}
    ((-2 * ln({{ var('experiment_error_rate') }}) + ln(1 - 2 * ln({{ var('experiment_error_rate') }})))
    / {{ var('experiment_planned_users') }})
{%- endmacro %}
