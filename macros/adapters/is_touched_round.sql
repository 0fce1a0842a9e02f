{#-
    Whether this run makes lists of touched users alone, and keeps those of others: it builds nothing of the whole shop
    (tag shop_wide), and the lists that are there were made by the models, seeds and vars of now. Only int_touched_users asks; what
    comes after it reads whom it names. False where the engine keeps no rows of a table that it builds.
-#}
{% macro is_touched_round() %}
    {{ return(adapter.dispatch('is_touched_round', 'recmail')()) }}
{% endmacro %}


{% macro default__is_touched_round() %}
    {{ return(false) }}
{% endmacro %}


{% macro duckdb__is_touched_round() %}
    {% if not execute or flags.FULL_REFRESH or var('realtime_users') != 'touched' or model.unique_id not in selected_resources %}
        {{ return(false) }}
    {% endif %}
    {% for id in selected_resources if id in graph.nodes and 'shop_wide' in graph.nodes[id].tags %}
        {{ return(false) }}
    {% endfor %}
    {% set lists = relation_of('int_placement_lists') %}
    {% if not adapter.get_relation(lists.database, lists.schema, lists.identifier) %}{{ return(false) }}{% endif %}
    {{ return(is_of_this_project()) }}
{% endmacro %}
