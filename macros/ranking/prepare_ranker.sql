{#-
    on-run-start hook: the tables that `make train` appends to, empty until it has run. No build drops them, so a column
    that a later version of recmail needs is added here, null in earlier rows.
-#}
{% macro prepare_ranker() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'snapshot') %}
        {% set schema = recmail.prefixed_schema('ranker') %}
        {% do adapter.create_schema(api.Relation.create(database=target.database, schema=schema)) %}
        {% for table in graph.sources.values() | selectattr('source_name', 'equalto', 'ranker') %}
            {% set definitions = [] %}
            {% for column in table.columns.values() %}
                {% do definitions.append(column.name ~ ' ' ~ column.data_type) %}
            {% endfor %}
            {% do run_query(
                "create table if not exists " ~ schema ~ "." ~ table.name ~ " (" ~ definitions | join(', ') ~ ")"
            ) %}
            {% set present = input_columns(schema ~ "." ~ table.name) %}
            {% for column in table.columns.values() if column.name not in present %}
                {% do run_query(
                    "alter table " ~ schema ~ "." ~ table.name ~ " add column " ~ column.name ~ " " ~ column.data_type
                ) %}
            {% endfor %}
        {% endfor %}
    {% endif %}
{% endmacro %}
