{#- a hook can't ref what its run may not select -#}
{% macro relation_of(name, kind='model.recmail.') %}
    {% set node = graph.nodes.get(kind ~ name) or graph.sources[kind ~ name] %}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias or node.identifier)) }}
{% endmacro %}
