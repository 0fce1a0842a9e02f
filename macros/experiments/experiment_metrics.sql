{#-
    What experiments are judged by, the first where nobody says otherwise: a column of int_experiment_units over another
    (1 for a mean per user), the column of the same before the user met the experiment that CUPED takes out, the column
    that counts conversions, and whether it is a guardrail: less of it is better.
-#}
{% macro experiment_metrics() -%}
    {% set metrics = [] -%}
    {% for name, numerator, denominator, covariate, conversions, is_guardrail in [
        ('click_rate', 'clicked_count', 'touch_count', 'clicked_before', 'clicked_count', false),
        ('open_rate', 'opened_count', 'touch_count', 'opened_before', 'opened_count', false),
        ('conversion_rate', 'is_buyer', '1', 'orders_before', 'is_buyer', false),
        ('orders_per_user', 'order_count', '1', 'orders_before', 'order_count', false),
        ('revenue_per_user', 'revenue_amount', '1', 'revenue_before', 'order_count', false),
        ('revenue_per_order', 'revenue_amount', 'order_count', 'revenue_before', 'order_count', false),
        ('unsubscribe_rate', 'is_unsubscribed', '1', '0', 'is_unsubscribed', true),
        ('complaint_rate', 'is_complained', '1', '0', 'is_complained', true)
    ] -%}
        {% do metrics.append({
            'name': name, 'numerator': numerator, 'denominator': denominator, 'covariate': covariate,
            'conversions': conversions, 'is_guardrail': is_guardrail
        }) -%}
    {% endfor -%}
    {{ return(metrics) }}
{%- endmacro %}
