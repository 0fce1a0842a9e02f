select
    'intercept' as feature,
    0 as knots,
    0 as knot
{% for feature in prediction_features() %}
    {% for knot in range(-1, feature.knots + 1) %}
        union all
        select
            '{{ feature.name }}' as feature,
            {{ feature.knots }} as knots,
            {{ knot }} as knot
    {% endfor %}
{% endfor %}
