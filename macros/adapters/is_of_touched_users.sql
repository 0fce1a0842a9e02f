{#- whether this run builds int_touched_users, and it names some users alone -#}
{% macro is_of_touched_users(key) %}
    {% if key != 'user_key' or 'model.recmail.int_touched_users' not in selected_resources %}{{ return(false) }}{% endif %}
    {{ return(not run_query(
        "select 1 from " ~ recmail.relation_of('int_touched_users') ~ " where reason in ('full_build', 'shop') limit 1"
    ) | length) }}
{% endmacro %}
