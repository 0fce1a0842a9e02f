{#- Whether the last run that made lists and ended well had the models and vars of this one. -#}
{% macro is_of_this_project() %}
    {{ return(run_query(
        "select 1 from " ~ recmail.relation_of('item_stamps', 'source.recmail.state.') ~ " where project_hash = "
        ~ recmail.literal(recmail.project_hash()) ~ " limit 1"
    ) | length > 0) }}
{% endmacro %}
