{#-
  Seeds on Spark as DuckDB reads them: dbt-spark's own puts every value between quotes as it is, an apostrophe and null
  among them, and knows no varchar.
-#}
{% macro spark__create_csv_table(model, agate_table) %}
    {% set columns = [] %}
    {% for name, type in recmail.seed_types(model, agate_table).items() %}
        {% do columns.append(adapter.quote(name) ~ " " ~ type) %}
    {% endfor %}
    {% do run_query("create table " ~ this ~ " (" ~ columns | join(", ") ~ ") using parquet") %}
    {{ return("") }}
{% endmacro %}


{% macro spark__load_csv_rows(model, agate_table) %}
    {% set rows, columns = [], [] %}
    {% for row in agate_table.rows %}
        {% set values = [] %}
        {% for value in row %}{% do values.append(recmail.literal_or_null(value)) %}{% endfor %}
        {% do rows.append("(" ~ values | join(", ") ~ ")") %}
    {% endfor %}
    {% for name, type in recmail.seed_types(model, agate_table).items() %}
        {% do columns.append("cast(" ~ adapter.quote(name) ~ " as " ~ type ~ ")") %}
    {% endfor %}
    {% if rows %}
        {% do run_query(
            "insert into " ~ this ~ " select " ~ columns | join(", ") ~ " from values\n" ~ rows | join(",\n")
            ~ "\nas seed_rows (" ~ recmail.seed_types(model, agate_table) | join(", ") ~ ")"
        ) %}
    {% endif %}
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
