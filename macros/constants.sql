{#-
    Numbers that no shop decides and that stand in more than one model, or that a unit test makes smaller
    (`overrides: {macros: {constants: …}}`). All others stand beside their formula.
      best_sellers_per_user         best sellers proposed to every user, if lists have no more places: enough for what is
                                    left when rules and history have taken theirs
      bot_session_items_max         distinct items viewed in a session, above which it is a bot's: nobody looks at so many
      candidate_users_per_range     users whose candidates are made, scored and listed in one go: memory grows with it
      category_items_max            items that a strategy takes from each category of a user
      user_categories_max           categories of a user, strongest first, that strategies draw from
      complement_purchases_max      newest purchases of a user that things are proposed to go with
      complements_per_kind          items proposed to go with an item, of each kind that seed complements names for it
      content_block_items_max       items compared with each other for sharing a token, at least 3: cost grows with it
      content_neighbours_max        neighbours by content kept per item
      feedback_clicks_min           clicks by people on items of emails from which on clicks change lists: below, chance says more
      minimum_distinct_price_bands  thirds of a category's prices that a list shows, where it has to mix categories
      days_to_answer                days after an email in which what readers do counts for what is learned from it: nearly all come by then
      exported_items_max            items of a list that an export names: what the narrowest destination takes (Braze, 30) and
                                    a shop shows, and few enough for the record sizes of all of them
      send_hours_ahead              hours from as_of on that an email may wait for one at which it may go out: a week
      strategy_head                 best items of each strategy that stay candidates whatever others say: a block's worth
      training_days_min             days of orders that `make train` needs: three times its label days
      uplift_users_min              buyers mailed, and withheld, that uplift is learned from: below, differences are chance's
      trend_half_life_days          days after which a sale tells half as much of what sells lately: a week, as shops plan
      user_neighbours_max           neighbours kept per user
      user_neighbour_items_max      heaviest items of each neighbour that speak for it
-#}
{% macro constants() -%}
    {{ return({
        'best_sellers_per_user': 60,
        'bot_session_items_max': 300,
        'candidate_users_per_range': 4096,
        'category_items_max': 10,
        'user_categories_max': 10,
        'complement_purchases_max': 10,
        'complements_per_kind': 3,
        'content_block_items_max': 50,
        'content_neighbours_max': 20,
        'minimum_distinct_price_bands': 2,
        'days_to_answer': 3,
        'exported_items_max': 20,
        'feedback_clicks_min': 200,
        'send_hours_ahead': 168,
        'strategy_head': 6,
        'training_days_min': 42,
        'uplift_users_min': 1000,
        'trend_half_life_days': 7,
        'user_neighbours_max': 100,
        'user_neighbour_items_max': 100,
    }) }}
{%- endmacro %}
