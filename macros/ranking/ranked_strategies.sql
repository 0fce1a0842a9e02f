{#-
    Strategies whose proposals the ranker tells apart, with the knots of each one's score; explore is none of them: its
    proposals enter a list by its explored slots.
-#}
{% macro ranked_strategies() -%}
    {{ return({
        'similar_users': 8, 'also_bought': 8, 'bought_together': 8, 'complements': 5, 'also_viewed': 5,
        'similar_items': 5, 'upgrade': 3, 'buy_again': 8, 'recently_viewed': 3, 'left_in_cart': 3, 'trending': 3,
        'trending_in_category': 3, 'new_arrivals': 3, 'on_offer': 3, 'best_sellers': 5
    }) }}
{%- endmacro %}
