{#- Each has a model int_trigger_<trigger_type> and a row of seed triggers. -#}
{% macro trigger_types() %}
    {{ return([
        'cart_abandonment', 'price_drop', 'back_in_stock', 'search_abandonment', 'browse_abandonment', 'follow_up',
        'replenishment', 'post_purchase', 'welcome', 'anniversary', 'new_in_category', 'win_back', 'recommendations'
    ]) }}
{% endmacro %}
