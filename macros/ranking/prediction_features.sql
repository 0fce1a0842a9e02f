{#-
    What foretells a buyer's orders, as ranking_features lists it for items. Columns of int_user_snapshots; amounts are in
    average orders of the shop, so that the ranges hold in any currency.
-#}
{% macro prediction_features() -%}
    {% set features = [
        ('days_since_last_order', 0.25, 512, 11),
        ('overdue_ratio', 0.0625, 32, 9),
        ('order_count_30d', 0.5, 64, 7),
        ('order_count_90d', 0.5, 128, 8),
        ('decayed_order_count', 0.0625, 64, 10),
        ('expected_gap_days', 1, 512, 9),
        ('days_since_first_order', 8, 512, 6),
        ('amount_30d_share', 0.125, 64, 9),
        ('amount_90d_share', 0.125, 128, 10),
        ('decayed_amount_share', 0.0625, 64, 10),
        ('order_amount_share', 0.125, 8, 6),
        ('order_trend', 0.125, 8, 6),
    ] %}
    {% set found = [] %}
    {% for name, low, high, knots in features %}
        {% do found.append({'name': name, 'scale': 'log', 'low': low, 'high': high, 'knots': knots}) %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}
