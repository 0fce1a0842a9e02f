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
    {% set parquet = recmail.literal(recmail.input_file(table_name, 'parquet')) %}
    {% set csv = recmail.literal(recmail.input_file(table_name, 'csv')) %}
    {% if run_query("select 1 from glob(" ~ parquet ~ ")") | length %}
        {{ return("read_parquet(" ~ parquet ~ ")") }}
    {% elif run_query("select 1 from glob(" ~ csv ~ ")") | length %}
        {{ return("read_csv(" ~ csv ~ ", header = true, all_varchar = true, encoding = '"
            ~ recmail.csv_encoding(csv) ~ "')") }}
    {% endif %}
    {{ return(none) }}
{% endmacro %}


{#- UTF-16 has a byte-order mark; what is not valid UTF-8 is taken for Latin-1, in which every byte is a letter -#}
{% macro csv_encoding(csv) %}
    {{ return(run_query(
        "select case when hex(content[1:2]) in ('FFFE', 'FEFF') then 'utf-16'"
        ~ " when try(decode(content)) is null then 'latin-1' else 'utf-8' end from read_blob(" ~ csv ~ ")"
    )[0][0]) }}
{% endmacro %}
