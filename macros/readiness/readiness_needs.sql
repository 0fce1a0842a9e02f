{#-
    What each strategy, prediction, trigger, test and feature needs before anything comes of it, for mart readiness. A new
    one is a row here, and a measure in the model if what it needs isn't counted yet. In a row:
      kind, capability
      measure, needed   what is counted, and how much of it there must be
      is_required       true: below it nothing comes of the capability, as its own models have it; false: what others advise
      way               where more of it comes from, for people
      switch            the var or seed that switches it off and on, none when nothing does
      is_switched_on    SQL; of triggers the seed says it
    Thresholds are those of vars and of the models; of what is advised the source stands beside it.
-#}
{% macro readiness_needs() -%}
    {% set columns = ['kind', 'capability', 'measure', 'needed', 'is_required', 'way', 'switch', 'is_switched_on'] %}
    {% set rows = [] %}

    {% set strategies = [
        ('left_in_cart', 'open_carts', 1, 'web_events with cart_add in the last ' ~ var('resume_days') ~ ' days, of known users'),
        ('recently_viewed', 'recent_views', 1, 'web_events with item_view in the last ' ~ var('resume_days') ~ ' days, of known users'),
        ('viewed_before', 'former_views', 1, 'web_events with item_view, cart_add or wishlist_add more than ' ~ var('resume_days') ~ ' days ago, of known users'),
        ('buy_again', 'repurchases', 1, 'order_lines of users who bought an item twice'),
        ('complements', 'complement_pairs', 1, 'seed complements: kinds of your items that go together'),
        ('also_bought', 'also_bought_pairs', 1, 'items that ' ~ var('pair_support_min') ~ ' users bought both of'),
        ('bought_together', 'bought_together_pairs', 1, 'items that stood in ' ~ var('pair_support_min') ~ ' baskets together'),
        ('also_viewed', 'also_viewed_pairs', 1, 'web_events: items that ' ~ var('pair_support_min') ~ ' users viewed both of'),
        ('similar_items', 'similar_items_pairs', 1, 'items whose names, kinds and brands tell something of them'),
        ('upgrade', 'upgrade_pairs', 1, 'similar items at ' ~ var('upgrade_price_ratio_min') ~ ' to ' ~ var('upgrade_price_ratio_max') ~ ' times the price'),
        ('similar_users', 'alike_users', 1, 'users who bought or viewed the same, not too popular items'),
        ('new_arrivals', 'new_items', 1, 'items with published_at in the last ' ~ var('new_item_days') ~ ' days'),
        ('on_offer', 'live_offers', 1, 'offers that hold now'),
        ('trending_in_category', 'rising_items', 1, 'items of ' ~ var('trend_buyers_min') ~ ' buyers in 7 days, more than before'),
        ('trending', 'rising_items', 1, 'items of ' ~ var('trend_buyers_min') ~ ' buyers in 7 days, more than before'),
        ('best_sellers', 'available_items', 1, 'items that are active and in stock'),
        ('explore', 'available_items', 1, 'items that are active and in stock'),
    ] %}
    {% for capability, measure, needed, way in strategies %}
        {% set is_on = strategy_is_enabled(capability) %}
        {% if capability == 'explore' and var('exploration_share') == 0 %}{% set is_on = 'false' %}{% endif %}
        {% set switch = 'var exploration_share, var strategies_enabled' if capability == 'explore' else 'var strategies_enabled' %}
        {% do rows.append(('strategy', capability, measure, needed, true, way, switch, is_on)) %}
    {% endfor %}
    {#- Amazon Personalize trains from 1,000 interactions of 25 users on -#}
    {% do rows.append(('strategy', 'similar_users', 'interactions', 1000, false, 'orders, views and cart additions of known users',
        'var strategies_enabled', strategy_is_enabled('similar_users'))) %}

    {#- `make train` judges on the newest cut, and learns from cuts whose label days were over there (ranker/) -#}
    {% set churn_cuts = (var('churn_days') / 30) | round(0, 'ceil') | int %}
    {% set predictions = [
        ('ranking_trained', 'order_days', constants().training_days_min, 'a longer history of orders'),
        ('ranking_trained', 'ranking_runs', 1, 'make train, when it foretells better than what ranks now'),
        ('order_probability_trained', 'order_days', 90, 'a longer history of orders'),
        ('order_probability_trained', 'order_runs', 1, 'make train, when it foretells better than what counts now'),
        ('churn_trained', 'order_days', 30 + 60 * churn_cuts, 'a longer history of orders'),
        ('churn_trained', 'churn_runs', 1, 'make train, when it foretells better than what counts now'),
        ('mail_uplift_trained', 'withheld_users', constants().uplift_users_min, 'a holdout (var holdout_share) that emails were withheld from'),
        ('mail_uplift_trained', 'uplift_runs', 1, 'make train, when it foretells better than chance and than who buys'),
        ('expected_value', 'buyers', 1, 'orders of known users'),
    ] %}
    {% for capability, measure, needed, way in predictions %}
        {% do rows.append(('prediction', capability, measure, needed, true, way, none, 'true')) %}
    {% endfor %}

    {% set triggers = [
        ('cart_abandonment', 'cart_adds', 1, 'web_events with cart_add of known users'),
        ('price_drop', 'item_views', 1, 'web_events with item_view of known users'),
        ('price_drop', 'item_runs', 2, 'builds on several days: prices are compared with those of earlier ones'),
        ('back_in_stock', 'item_views', 1, 'web_events with item_view of known users'),
        ('back_in_stock', 'stock_items', 1, 'items with stock_quantity'),
        ('back_in_stock', 'item_runs', 2, 'builds on several days: stock is compared with that of earlier ones'),
        ('browse_abandonment', 'item_views', 1, 'web_events with item_view of known users'),
        ('search_abandonment', 'searches', 1, 'web_events with search and its search_query, of known users'),
        ('follow_up', 'queued_messages', 1, 'a build that queued messages, and one after it'),
        ('anniversary', 'buyers', 1, 'orders of known users'),
        ('replenishment', 'repurchases', 1, 'order_lines of users who bought an item twice'),
        ('post_purchase', 'buyers', 1, 'orders of known users'),
        ('welcome', 'signed_up_users', 1, 'users with signed_up_at'),
        ('new_in_category', 'new_items', 1, 'items with published_at in the last ' ~ var('new_item_days') ~ ' days'),
        ('win_back', 'buyers', 1, 'orders of known users'),
        ('recommendations', 'mailable_users', 1, 'users with an address and email_consent subscribed'),
    ] %}
    {% for capability, measure, needed, way in triggers %}
        {% do rows.append(('trigger', capability, measure, needed, true, way, 'seed triggers', 'true')) %}
    {% endfor %}

    {#- shares: the smallest arm needs 500 conversions in 14 days before a verdict, as Eppo's and GrowthBook's seeds ask -#}
    {% set conversions = 500 %}
    {% set layouts = var('email_layout_shares').values() | list %}
    {% set tests = [
        ('holdout', 'var holdout_share', var('holdout_share') > 0, [var('holdout_share'), 1 - var('holdout_share')] | min),
        ('email_layouts', 'var email_layout_shares', layouts | sum > 0, layouts | select('gt', 0) | list | min if layouts | sum > 0 else 0),
    ] %}
    {% for capability, switch, is_on, share in tests %}
        {% set is_on = 'true' if is_on else 'false' %}
        {% do rows.append(('test', capability, 'mailable_users', 1, true,
            'users with an address and email_consent subscribed', switch, is_on)) %}
        {% do rows.append(('test', capability, 'orders_14d', (conversions / share) | round(0, 'ceil') | int if share > 0 else 2 * conversions,
            false, 'orders in 14 days: 500 in the smallest arm', switch, is_on)) %}
    {% endfor %}
    {% do rows.append(('test', 'assigned_elsewhere', 'experiment_assignments', 1, true, 'experiment_assignments', none, 'true')) %}

    {% set features = [
        ('emails', 'mailable_users', 'users with an address and email_consent subscribed'),
        ('pictures_in_emails', 'pictured_items', 'items with image_url, https'),
        ('links_to_items', 'linked_items', 'items with item_url, https'),
        ('ratings_in_emails', 'rated_items', 'items with rating_average and rating_count'),
        ('sale_badges', 'reduced_items', 'items with list_price above price'),
        ('stock_limits', 'stock_items', 'items with stock_quantity'),
        ('variants_roll_up', 'variants', 'items with parent_item_id'),
        ('seasons', 'seasonal_items', 'items with season'),
        ('devices_join_users', 'identities', 'identities: anonymous ids linked to users'),
        ('engagement', 'email_events', 'email_events with open and click, by message_id or user_id'),
        ('refusals_by_email', 'email_events', 'email_events with unsubscribe, bounce and complaint'),
        ('next_best_offer', 'live_offers', 'offers that hold now'),
        ('own_clock', 'users_with_timezone', 'users with timezone, IANA'),
        ('languages_of_items', 'item_translations', 'item_translations'),
        ('exclusions_by_users', 'user_exclusions', 'user_exclusions, such as from a page of preferences'),
    ] %}
    {% for capability, measure, way in features %}
        {% do rows.append(('feature', capability, measure, 1, true, way, none, 'true')) %}
    {% endfor %}
    {% for capability, measure, way in [
        ('lists_learn_from_clicks', 'item_clicks', 'send_log with what emails showed, and email_events with the items clicked'),
        ('lists_learn_from_orders', 'ordered_clicks', 'orders after clicks on items of emails in send_log'),
    ] %}
        {% do rows.append(('feature', capability, measure, constants().feedback_clicks_min, true, way, 'var click_factor_max',
            'true' if var('click_factor_max') > 1 and var('minimum_distinct_categories') > 1 else 'false')) %}
    {% endfor %}
    {% do rows.append(('feature', 'ranking_by_margin', 'costed_items', 1, true, 'items with unit_cost',
        'var ranking_objective', 'true' if var('ranking_objective') == 'margin' else 'false')) %}

    {% set found = [] %}
    {% for row in rows %}
        {% do found.append(dict(zip(columns, row))) %}
    {% endfor %}
    {{ return(found) }}
{%- endmacro %}
