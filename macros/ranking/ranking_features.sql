{#-
    What the ranker looks at, each with the range in which it tells apart and how finely: `knots` steps from low to high,
    on a log scale or a linear one. Columns of int_candidate_features; what lies beyond the range counts as its end, what
    is unknown (null) has a coefficient of its own. A strategy's score is a share, of the user's best in it: never unknown.
-#}
{% macro ranking_features() -%}
    {% set features = [
        ('user_lines_30d', 'log', 1, 512, 9),
        ('user_last_bought_days', 'log', 0.5, 256, 9),
        ('user_overdue_ratio', 'log', 0.125, 16, 7),
        ('bought_count', 'log', 1, 64, 9),
        ('bought_days', 'log', 1, 512, 18),
        ('bought_decayed_count', 'log', 0.02, 20, 10),
        ('bought_late_rate', 'log', 0.0003, 0.05, 12),
        ('bought_due_ratio', 'log', 0.0625, 16, 12),
        ('bought_share', 'log', 0.004, 1, 8),
        ('type_bought_days', 'log', 1, 512, 14),
        ('type_bought_count', 'log', 1, 256, 8),
        ('type_due_ratio', 'log', 0.0625, 16, 12),
        ('item_sales', 'log', 0.1, 3000, 12),
        ('item_growth', 'log', 0.125, 8, 8),
        ('item_gap_days', 'log', 4, 512, 8),
        ('item_repeat_share', 'linear', 0, 1, 10),
        ('item_price_ratio', 'log', 0.125, 8, 8),
        ('category_share', 'log', 0.002, 1, 8),
        ('similar_users_weight', 'log', 0.005, 50, 12),
        ('viewed_days', 'log', 0.1, 64, 6),
    ] %}
    {% set found = [] %}
    {% for name, scale, low, high, knots in features %}
        {% do found.append({'name': name, 'scale': scale, 'low': low, 'high': high, 'knots': knots}) %}
    {% endfor %}
    {% for strategy in ranked_strategies() %}
        {% do found.append({
            'name': strategy.name ~ '_score', 'scale': 'share', 'low': 0, 'high': 1, 'knots': strategy.knots
        }) %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}
