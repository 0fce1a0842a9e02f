{#-
    Users that an arm needs for a two-sided test of two shares to see, with chance `power`, a relative `lift` of the
    share `baseline`: the normal approximation with the pooled share under the null (Fleiss, Levin & Paik, Statistical
    Methods for Rates and Proportions, 2003, 4.14 without continuity correction; statsmodels' samplesize_proportions_2indep_onetail).
    Macro power_of_shares asks it; arms are compared with the baseline one by one, so hand in `alpha` divided by them.
-#}
{% macro users_per_arm(baseline, lift, power, alpha) -%}
    {%- set other = '(' ~ baseline ~ ' * (1 + ' ~ lift ~ '))' -%}
    {%- set pooled = '((' ~ baseline ~ ' + ' ~ other ~ ') / 2)' -%}
    power(
        (
            {{ normal_quantile('(1 - ' ~ alpha ~ ' / 2)') }}
        ) * sqrt(2 * {{ pooled }} * (1 - {{ pooled }}))
        + ({{ normal_quantile(power) }}) * sqrt({{ baseline }} * (1 - {{ baseline }}) + {{ other }} * (1 - {{ other }})),
        2
    ) / power({{ baseline }} * {{ lift }}, 2)
{%- endmacro %}
