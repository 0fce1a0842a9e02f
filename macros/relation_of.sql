{#- a hook can't ref what its run may not select -#}
{% macro relation_of(model_name) %}
    {% set node = graph.nodes['model.recmail.' ~ model_name] %}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}
