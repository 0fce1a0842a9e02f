{#- on-run-start hook: the tables that `make train` appends to, empty until it has run. -#}
{% macro prepare_ranker() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'snapshot') %}
        {% do adapter.create_schema(api.Relation.create(database=target.database, schema='ranker')) %}
        {% for table in graph.sources.values() | selectattr('source_name', 'equalto', 'ranker') %}
            {% set columns = [] %}
            {% for column in table.columns.values() %}
                {% do columns.append(column.name ~ ' ' ~ column.data_type) %}
            {% endfor %}
            {% do run_query(
                "create table if not exists ranker." ~ table.name ~ " (" ~ columns | join(', ') ~ ")"
            ) %}
        {% endfor %}
    {% endif %}
{% endmacro %}
