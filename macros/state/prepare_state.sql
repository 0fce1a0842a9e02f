{#-
    on-run-start hook: the tables that survive every build, `--full-refresh` among them, empty until something is
    appended (models/state/_state__sources.yml). A column that a later version of recmail needs is added here, null in
    earlier rows.
-#}
{% macro prepare_state() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'seed', 'snapshot') %}
        {% set tables = graph.sources.values() | selectattr('source_name', 'in', ['ranker', 'state']) | list %}
        {% for schema in tables | map(attribute='schema') | unique %}
            {% do adapter.create_schema(api.Relation.create(database=tables[0].database, schema=schema)) %}
        {% endfor %}
        {% for table in tables %}
            {% set definitions = [] %}
            {% for column in table.columns.values() %}
                {% do definitions.append(column.name ~ ' ' ~ recmail.engine_type(column.data_type)) %}
            {% endfor %}
            {% do run_query(
                "create table if not exists " ~ table.relation_name ~ " (" ~ definitions | join(', ') ~ ") "
                ~ recmail.state_partition(table)
            ) %}
            {% set present = input_columns(table.relation_name) %}
            {% for column in table.columns.values() if column.name not in present %}
                {% do run_query(
                    "alter table " ~ table.relation_name ~ " add column " ~ column.name ~ " "
                    ~ recmail.engine_type(column.data_type)
                ) %}
            {% endfor %}
        {% endfor %}
        {% do recmail.open_erasures() %}
        {% do recmail.checkpoint_once() %}
    {% endif %}
{% endmacro %}
