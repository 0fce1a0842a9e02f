{#-
  What models/inputs/_inputs__models.yml says of one input: {table_name, description, meta, columns}, each column
  {name, data_type, description, meta}. The contract is known when models run, not yet when they are parsed.
-#}
{% macro input_contract(table_name) %}
    {% set node = graph.nodes.get('model.recmail.input_' ~ table_name) %}
    {% if not node %}
        {% do exceptions.raise_compiler_error(
            "recmail's model input_" ~ table_name ~ " is disabled, and with it what recmail knows of the input " ~ table_name
            ~ ": enable it, and set var input_relations: {" ~ table_name ~ ": <your model>} to have it read a model of yours"
        ) %}
    {% endif %}
    {% set columns = [] %}
    {% for column in node.columns.values() %}
        {% set meta = {} %}
        {% do meta.update(column.config.meta) %}
        {% if 'at_most' in meta %}{% do meta.update({'at_most': var(meta.at_most)}) %}{% endif %}
        {% do columns.append({
            'name': column.name,
            'data_type': column.data_type,
            'description': column.description,
            'meta': meta,
        }) %}
    {% endfor %}
    {{ return({
        'table_name': table_name,
        'description': node.description,
        'meta': node.config.meta,
        'columns': columns,
    }) }}
{% endmacro %}
