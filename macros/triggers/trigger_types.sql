{#- Each has a model int_trigger_<trigger_type> and a row of seed triggers. -#}
{% macro trigger_types() %}
    {{ return([
        'cart_abandonment', 'price_drop', 'back_in_stock', 'browse_abandonment', 'replenishment', 'post_purchase',
        'welcome', 'new_in_category', 'win_back', 'recommendations'
    ]) }}
{% endmacro %}
