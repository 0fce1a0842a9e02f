{#-
  Columns of int_user_features, which var `personalisation_rules` may name, and what each is; known when the project is
  parsed. Going through them gives the names.
-#}
{% macro user_feature_columns() %}
    {% set by_kind = [
        ('text', [
            'user_id', 'country_code', 'hemisphere', 'season', 'holiday',
            'favourite_category', 'top_categories', 'favourite_brand', 'top_brands', 'favourite_device', 'loyalty_tier',
            'segment', 'lifecycle_stage', 'value_tier', 'rfm_group', 'price_band', 'engagement_tier'
        ]),
        ('number', [
            'recency_score', 'frequency_score', 'monetary_score',
            'days_since_last_order', 'days_since_last_interaction', 'tenure_days', 'days_until_holiday',
            'favourite_hour', 'favourite_weekday',
            'order_count', 'item_count', 'net_amount', 'average_order_amount',
            'favourite_category_share', 'favourite_brand_share', 'price_percentile', 'discount_affinity', 'gift_share',
            'return_share', 'order_probability_30d', 'churn_probability', 'expected_spend_30d',
            'mail_uplift', 'mail_uplift_rank',
            'email_count', 'read_email_count', 'clicked_email_count'
        ]),
        ('boolean', ['is_loyalty_member', 'is_subscribed']),
        ('time', ['first_ordered_at', 'last_ordered_at'])
    ] %}
    {% set columns = {} %}
    {% for kind, names in by_kind %}
        {% for name in names %}
            {% do columns.update({name: kind}) %}
        {% endfor %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
