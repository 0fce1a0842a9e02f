{#-
    Tables that an earlier version made and this one makes no more, or makes in another schema: nobody reads them, and an
    erasure would not reach them.
-#}
{% macro drop_retired_tables() %}
    {% if not execute %}{{ return('') }}{% endif %}
    {% set retired = {
        'attribution': ['int_converted_clicks', 'int_item_conversions', 'int_strategy_conversions'],
        'eligibility': ['int_shown_without_click', 'int_user_seasons'],
        'interactions': ['int_user_item_purchases'],
        'messages': ['int_chosen_frequencies', 'int_email_outcomes', 'int_user_addresses'],
        'ranking': ['int_proposal_scores'],
        'rules': ['int_play_weights'],
        'similarity': ['int_user_neighbours'],
        'users': ['int_user_shopping', 'int_user_types']
    } %}
    {% set database = recmail.relation_of('int_touched_users').database %}
    {% for schema, names in retired.items() %}
        {% for name in names %}
            {% set relation = adapter.get_relation(database, recmail.prefixed_schema(schema), name) %}
            {% if relation %}{% do adapter.drop_relation(relation) %}{% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}
