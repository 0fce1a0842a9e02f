{#-
  What each var of dbt_project.yml is. Types, with what narrows them:
    number, whole   least and most, both included
    share           a number from 0 to 1
    boolean
    word            one of `of`
    words           a list of words of `of`, each once
    map             keys that are `of` (any name when absent), values of type `values`
    moment          a timestamp, macro utc_timestamp says how written
    text            one line of at most 1000 characters; `like` is a regular expression, `example` what it wants
    rules           checked by macro personalisation_rules
  `nullable` vars may be null; instead of words or a map a text may be what `or` says. A var missing here fails a test.
-#}
{% macro var_types() %}
    {% set days = {'type': 'number', 'least': 0, 'most': 36500} %}
    {% set days_above_0 = {'type': 'number', 'least': 0.001, 'most': 36500} %}
    {% set whole_days = {'type': 'whole', 'least': 0, 'most': 36500} %}
    {% set count = {'type': 'whole', 'least': 0, 'most': 1000000000} %}
    {% set count_above_0 = {'type': 'whole', 'least': 1, 'most': 1000000000} %}
    {% set prior = {'type': 'number', 'least': 0, 'most': 1000000000} %}
    {% set factor = {'type': 'number', 'least': 0, 'most': 1000000} %}
    {% set share = {'type': 'share'} %}
    {% set metric = {'type': 'word', 'of': ['cosine', 'jaccard', 'lift', 'leverage', 'llr']} %}
    {% set inputs = input_names() %}
    {% set sources = source_inputs().keys() | list %}
    {% set email_types = trigger_types() %}
    {% set address = {
        'type': 'text', 'like': "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+",
        'example': 'an address such as unsubscribe@shop.example'
    } %}
    {% set https = {
        'type': 'text', 'like': 'https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?([/?#][!#-&(-;=?-_a-z~]*)?',
        'example': 'an address such as https://shop.example/page, without blanks and quotes'
    } %}
    {% set https_of_user = {
        'type': 'text', 'nullable': true,
        'like': 'https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?([/?#]([!#-&(-;=?-_a-z~]|[{]user_id[}])*)?',
        'example': 'an address such as https://shop.example/cart?user={user_id}, without blanks, quotes and other braces'
    } %}
    {{ return({
        'input_location': {
            'type': 'text', 'like': '[^*?\\[\\]{}]+', 'example': 'one directory, without * ? [ ] { } in its name'
        },
        'ledger_location': {
            'type': 'text', 'nullable': true, 'like': '[^*?\\[\\]{}]+',
            'example': 'one directory, without * ? [ ] { } in its name'
        },
        'input_schema': {
            'type': 'text', 'nullable': true, 'like': '[A-Za-z_][A-Za-z0-9_]{0,62}',
            'example': 'the name of a schema: letters, digits and _'
        },
        'input_relations': {'type': 'map', 'of': inputs, 'values': {
            'type': 'text', 'like': '[A-Za-z_][A-Za-z0-9_]*', 'example': 'the name of a model'
        }},
        'sources': {'type': 'words', 'of': sources},
        'source_places': {'type': 'map', 'of': sources, 'values': {
            'type': 'text', 'like': '[^*?\\[\\]{}]+', 'example': 'a schema, or a directory without * ? [ ] { } in its name'
        }},
        'schema_prefix': {
            'type': 'text', 'like': '([A-Za-z_][A-Za-z0-9_]{0,30})?', 'example': 'the beginning of a name: letters, digits and _'
        },
        'personal_columns': {'type': 'boolean'},
        'as_of': {'type': 'moment', 'nullable': true},
        'only_touched_users': {'type': 'word', 'of': ['realtime', 'always', 'never']},
        'lists_refresh_days': count_above_0,
        'replayed_users': count,
        'quantity_max': count_above_0,
        'bot_events_per_minute': count_above_0,
        'gate': {'type': 'word', 'of': ['great_expectations', 'sql'], 'nullable': true},
        'rejected_rows_min': count_above_0,
        'rejected_share_warn': {'type': 'map', 'of': ['default'] + inputs, 'values': share, 'needs': ['default']},
        'rejected_share_error': {'type': 'map', 'of': ['default'] + inputs, 'values': share, 'needs': ['default']},

        'volume_runs': {'type': 'whole', 'least': 1, 'most': 1000},
        'volume_warn_factor': {'type': 'number', 'least': 1, 'most': 1000000},
        'volume_error_share': share,
        'freshness_warn_days': days,
        'freshness_error_days': dict(days, nullable=true),

        'device_users_max': count_above_0,
        'forget_history_days': dict(whole_days, nullable=true),
        'half_life_days': days_above_0,
        'trend_buyers_min': count,
        'roll_up_variants': {'type': 'boolean'},

        'similarity_metric': {
            'type': 'map', 'or': metric, 'values': metric,
            'of': ['default', 'also_viewed', 'also_bought', 'bought_together']
        },
        'similarity_shrinkage': prior,
        'profile_weighting': {'type': 'word', 'of': ['inverse_items', 'equal']},
        'profile_items_max': {'type': 'whole', 'least': 2, 'most': 10000},
        'neighbours_max': {'type': 'whole', 'least': 1, 'most': 10000},
        'pair_support_min': count_above_0,
        'item_recommendations_max': count_above_0,
        'item_recommendations_min': count,
        'upgrade_price_ratio_min': factor,
        'upgrade_price_ratio_max': factor,
        'bundle_support_min': count_above_0,

        'content_field_weights': {
            'type': 'map', 'of': ['name', 'category', 'subcategory', 'brand', 'price_band'],
            'values': {'type': 'number', 'least': 0, 'most': 1000}
        },

        'inactive_after_days': whole_days,
        'vip_share': share,
        'high_value_share': share,
        'price_band_budget_below': share,
        'price_band_premium_above': share,

        'churn_days': {'type': 'whole', 'least': 1, 'most': 3650},
        'prediction_half_life_days': days_above_0,
        'prediction_cuts': {'type': 'whole', 'least': 0, 'most': 1000},

        'offer_horizon_days': days,
        'offer_lift_per_discount': factor,
        'personalisation_rules': {'type': 'rules'},

        'strategies_enabled': {
            'type': 'words', 'of': strategy_names(), 'or': {'type': 'word', 'of': ['all']}
        },
        'candidates_per_strategy': count_above_0,
        'candidates_per_user': count_above_0,
        'test_rows_max': count_above_0,
        'resume_days': whole_days,
        'new_item_days': whole_days,

        'repurchase_window_days': whole_days,
        'price_band_slack': share,
        'rotation_emails': count_above_0,
        'rotation_days': whole_days,
        'ranking_objective': {'type': 'word', 'of': ['conversion', 'revenue', 'margin']},
        'default_margin_share': share,
        'ranking_pool_size': {'type': 'whole', 'least': 1, 'most': 10000},
        'recommendations_per_user': {'type': 'whole', 'least': 1, 'most': 1000},
        'minimum_distinct_categories': {'type': 'whole', 'least': 1, 'most': 1000},
        'stock_share_per_send': {'type': 'number', 'least': 0, 'most': 1000},
        'click_factor_max': {'type': 'number', 'least': 1, 'most': 10},
        'exploration_share': share,

        'email_items_primary': {'type': 'whole', 'least': 1, 'most': 100},
        'email_items_secondary': {'type': 'whole', 'least': 0, 'most': 100},
        'evidence_lift_min': factor,
        'email_badges_max': {'type': 'whole', 'least': 0, 'most': 100},
        'saving_percent_min': {'type': 'number', 'least': 1, 'most': 100},
        'email_layout_shares': {'type': 'map', 'of': ['grid', 'hero', 'list', 'carousel'], 'values': share},
        'holdout_share': share,
        'send_time_shares': {'type': 'map', 'of': ['best_hour', 'morning', 'evening'], 'values': share},
        'trigger_holdout_shares': {'type': 'map', 'of': email_types, 'values': share},
        'holdout_rotation_days': {'type': 'whole', 'least': 1, 'most': 3660, 'nullable': true},
        'holdout_window_days': {'type': 'whole', 'least': 1, 'most': 365},
        'holdout_analysis_days': {'type': 'whole', 'least': 1, 'most': 3660},
        'minimum_gap_hours': {'type': 'whole', 'least': 0, 'most': 720},
        'plus_tags_share_an_address': {'type': 'boolean'},

        'unseen_link': {'type': 'text', 'nullable': true},
        'attribution_window_hours': {'type': 'whole', 'least': 1, 'most': 8760},
        'cost_per_thousand': {'type': 'map', 'of': ['email', 'item_page', 'home', 'cart', 'post_purchase'], 'values': {
            'type': 'number', 'least': 0, 'most': 1000000
        }},

        'send_from': address,
        'bounce_address': address,
        'send_marts_age_hours_max': {'type': 'number', 'least': 0, 'most': 876000},
        'send_price_share_max': share,
        'sync_deletes_max': count,
        'sync_changed_share_max': share,
        'send_growth_max': {'type': 'number', 'least': 1, 'most': 1000000},
        'send_same_share_max': share,
        'send_changed_share_max': share,
        'ended_by_order': {'type': 'words', 'of': email_types},

        'adaptive_share_min': {'type': 'number', 'least': 0.001, 'most': 0.5},
        'experiment_error_rate': {'type': 'number', 'least': 0.0001, 'most': 0.5},
        'experiment_days_min': whole_days,
        'experiment_conversions_min': count_above_0,
        'experiment_planned_users': count_above_0,
        'experiment_lookback_days': whole_days,
        'experiment_revenue_quantile': share,

        'shop_name': {'type': 'text'},
        'names_language': {'type': 'text'},
        'shop_url': https,
        'logo_url': dict(https, nullable=true),
        'preferences_url': https,
        'unsubscribe_url': https,
        'unsubscribe_email': address,
        'support_url': https,
        'see_all_url': dict(https, nullable=true),
        'cart_url': https_of_user,
        'view_online_url': dict(https, nullable=true),
        'postal_address': {'type': 'text'}
    }) }}
{% endmacro %}
