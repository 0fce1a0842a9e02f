{#- Contracts name DuckDB's types: what is compared with a model's query is their names on Spark. -#}
{% macro spark__get_empty_schema_sql(columns) %}
    {% set selects = [] %}
    {% for column in columns.values() %}
        {% do selects.append("cast(null as " ~ recmail.engine_type(column.data_type) ~ ") as " ~ adapter.quote(column.name)) %}
    {% endfor %}
    {{ return("select " ~ selects | join(", ")) }}
{% endmacro %}


{#- Parquet keeps no constraints: the tests of keys and values hold them. -#}
{% macro spark__persist_constraints(relation, model) %}
{% endmacro %}
