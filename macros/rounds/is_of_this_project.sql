{#- Whether the last run that made lists and ended well had the models, seeds and vars of this one. False without one. -#}
{% macro is_of_this_project() %}
    {% set stamps = recmail.relation_of('item_stamps', 'source.recmail.state.') %}
    {% if not adapter.get_relation(stamps.database, stamps.schema, stamps.identifier) %}{{ return(false) }}{% endif %}
    {{ return(run_query(
        "select 1 from " ~ stamps ~ " where project_hash = " ~ recmail.literal(recmail.project_hash()) ~ " limit 1"
    ) | length > 0) }}
{% endmacro %}
