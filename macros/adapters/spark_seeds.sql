{#-
  Seeds on Spark as DuckDB reads them: dbt-spark's own puts every value between quotes as it is, an apostrophe and null
  among them, and knows no varchar. dbt takes a value that is a blank for null: meta `blank` of its column says which
  blank it is. A seed without rows has a file all the same, which says its columns:
  one statement makes the table and its rows.
-#}
{% macro spark__create_csv_table(model, agate_table) %}
    {% set types, rows, columns, blanks = recmail.seed_types(model, agate_table), [], [], [] %}
    {% for name in agate_table.column_names %}
        {% do blanks.append(model.columns.get(name, {}).get('config', {}).get('meta', {}).get('blank')) %}
    {% endfor %}
    {% for row in agate_table.rows %}
        {% set values = [] %}
        {% for value in row %}
            {% do values.append(recmail.literal_or_null(blanks[loop.index0] if value is none else value)) %}
        {% endfor %}
        {% do rows.append("(" ~ values | join(", ") ~ ")") %}
    {% endfor %}
    {% for name, type in types.items() %}
        {% set value = adapter.quote(name) if rows else "null" %}
        {% do columns.append("cast(" ~ value ~ " as " ~ type ~ ") as " ~ adapter.quote(name)) %}
    {% endfor %}
    {% do run_query(
        "create table " ~ this ~ " using parquet as select " ~ columns | join(", ")
        ~ (" from values\n" ~ rows | join(",\n") ~ "\nas seed_rows (" ~ types | join(", ") ~ ")" if rows else " where false")
    ) %}
    {{ return("") }}
{% endmacro %}


{#- they are there already -#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {{ return("") }}
{% endmacro %}


{#- {column: type} of a seed -#}
{% macro seed_types(model, agate_table) %}
    {% set types, stated = {}, model['config'].get('column_types', {}) %}
    {% for name in agate_table.column_names %}
        {% do types.update({name: recmail.engine_type(stated.get(name, adapter.convert_type(agate_table, loop.index0)))}) %}
    {% endfor %}
    {{ return(types) }}
{% endmacro %}
