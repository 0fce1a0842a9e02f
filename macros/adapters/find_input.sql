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
    {% set stem = var('input_location') ~ "/" ~ table_name %}
    {% set parquet, csv = recmail.literal(stem ~ ".parquet"), recmail.literal(stem ~ ".csv") %}
    {% set there = run_query("select file from glob([" ~ parquet ~ ", " ~ csv ~ "])") | length %}
    {% if there == 2 %}
        {% do exceptions.raise_compiler_error(
            "Both " ~ stem ~ ".parquet and " ~ stem ~ ".csv are there: remove the one that is old, and run again"
        ) %}
    {% elif not there %}
        {{ return(none) }}
    {% elif run_query("select 1 from glob(" ~ csv ~ ")") | length %}
        {{ return(recmail.csv_rows(table_name, csv)) }}
    {% endif %}
    {{ return("read_parquet(" ~ parquet ~ ")") }}
{% endmacro %}
