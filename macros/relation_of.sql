{#- A hook can't ref what its run may not select. A host's own model of the name stands for one that it has disabled. -#}
{% macro relation_of(name, kind='model.recmail.') %}
    {% set node = graph.nodes.get(kind ~ name) or graph.sources.get(kind ~ name)
        or graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | selectattr('name', 'equalto', name) | first %}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias or node.identifier)) }}
{% endmacro %}
