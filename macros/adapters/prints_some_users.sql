{#-
    The lists' marts (config writes_printed_users) hold millions of rows in a large shop, of which a round changes a few
    hundred: those of int_printed_users are deleted and inserted, of more than so many users all are written,
    and where history is forgotten, since reasons then fade by time alone.
    Measured on 100,000 users, 89 of them printed: below 2.7 CPU seconds each for whom, and for either mart; 16 for all rows.
-#}
{% macro prints_some_users(existing_relation) %}
    {% set printed_users_max = 512 %}
    {% if not config.get('writes_printed_users') or not existing_relation or existing_relation.type != 'table'
        or 'model.recmail.int_printed_users' not in selected_resources or recmail.builds_the_whole_shop()
        or var('forget_history_days') is not none or not recmail.is_of_touched_users('user_key') %}
        {{ return(false) }}
    {% endif %}
    {% set count = run_query("select count(*) from " ~ recmail.relation_of('int_printed_users'))[0][0] %}
    {{ return(count <= printed_users_max) }}
{% endmacro %}
