{#-
    Whether this run makes lists of touched users alone, and keeps those of others: var only_touched_users says in which
    runs, `realtime` means those that build nothing of the whole shop. The lists that are there must have been made by the
    models, seeds and vars of now. int_touched_users asks, and int_printed_users; what comes after them reads whom they
    name. False where the engine keeps no rows of a table that it builds.
-#}
{% macro is_touched_round() %}
    {{ return(adapter.dispatch('is_touched_round', 'recmail')()) }}
{% endmacro %}


{% macro default__is_touched_round() %}
    {{ return(false) }}
{% endmacro %}


{% macro duckdb__is_touched_round() %}
    {% set runs = var('only_touched_users') %}
    {% if not execute or flags.FULL_REFRESH or runs == 'never' or model.unique_id not in selected_resources %}
        {{ return(false) }}
    {% endif %}
    {% if runs == 'realtime' and recmail.builds_the_whole_shop() %}{{ return(false) }}{% endif %}
    {% set lists = relation_of('int_placement_lists') %}
    {% if not adapter.get_relation(lists.database, lists.schema, lists.identifier) %}{{ return(false) }}{% endif %}
    {{ return(is_of_this_project()) }}
{% endmacro %}
