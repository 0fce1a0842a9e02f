{#- The view of an input in schema `inputs`. -#}
{% macro input_view(table_name) %}
    {{ return(api.Relation.create(
        database=target.database, schema=recmail.prefixed_schema('inputs'), identifier=table_name
    )) }}
{% endmacro %}
