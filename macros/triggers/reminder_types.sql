{#- Triggers of what somebody looked at or left in the cart, which any order since then answers. -#}
{% macro reminder_types() %}
    {{ return(['cart_abandonment', 'browse_abandonment', 'search_abandonment']) }}
{% endmacro %}
