{#-
  The from-clause that reads input `table_name` of var `input_schema` or `input_location`; none when it is not there.
-#}
{% macro find_input(table_name) %}
    {{ return(adapter.dispatch('find_input', 'recmail')(table_name)) }}
{% endmacro %}


{% macro duckdb__find_input(table_name) %}
    {% if var('input_schema') %}
        {% set is_there = run_query(
            "select 1 from information_schema.tables where table_catalog = current_database() and lower(table_schema)"
            ~ " = lower(" ~ recmail.literal(var('input_schema')) ~ ") and lower(table_name) = '" ~ table_name ~ "'"
        ) | length %}
        {{ return(api.Relation.create(target.database, var('input_schema'), table_name) if is_there else none) }}
    {% endif %}
    {% set files = {} %}
    {% for ending in ['parquet', 'csv'] %}
        {% set path = recmail.input_file(table_name, ending) %}
        {% if run_query("select 1 from glob(" ~ recmail.literal(path) ~ ")") | length %}
            {% do files.update({ending: path}) %}
        {% endif %}
    {% endfor %}
    {% if files | length == 2 %}
        {% do exceptions.raise_compiler_error(
            "Both " ~ files['parquet'] ~ " and " ~ files['csv'] ~ " are there: remove the one that is old, and run again"
        ) %}
    {% elif 'csv' in files %}
        {{ return(recmail.csv_rows(table_name, recmail.literal(files['csv']))) }}
    {% elif 'parquet' in files %}
        {{ return("read_parquet(" ~ recmail.literal(files['parquet']) ~ ")") }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}


{#- Spark reads tables of its catalogue: no statement of its SQL tells whether a file is there. -#}
{% macro spark__find_input(table_name) %}
    {% if not var('input_schema') %}
        {% do exceptions.raise_compiler_error("On Spark inputs are tables: set var input_schema to their schema") %}
    {% endif %}
    {% set tables = run_query("show tables in " ~ var('input_schema') ~ " like " ~ recmail.literal(table_name)) %}
    {{ return(api.Relation.create(schema=var('input_schema'), identifier=table_name) if tables | length else none) }}
{% endmacro %}
