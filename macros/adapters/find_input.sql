{#-
  The from-clause that reads input `table_name`, or none when it is not there. It looks by run_query, since dbt's own
  look-up opens a transaction that the hook's end would roll back, views and all.
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
    {% set stem = (var('input_location') ~ "/" ~ table_name) | replace("'", "''") %}
    {% set readers = {
        '.parquet': "read_parquet('" ~ stem ~ ".parquet')",
        '.csv': "read_csv('" ~ stem ~ ".csv', header = true, all_varchar = true)"
    } %}
    {% for ending, reader in readers.items() %}
        {% if run_query("select 1 from glob('" ~ stem ~ ending ~ "')") | length %}
            {{ return(reader) }}
        {% endif %}
    {% endfor %}
    {{ return(none) }}
{% endmacro %}
