{#- The from-clause that reads input `table_name`, or none when it is not there. -#}
{% macro find_input(table_name) %}
    {{ return(adapter.dispatch('find_input', 'recmail')(table_name)) }}
{% endmacro %}


{% macro duckdb__find_input(table_name) %}
    {% if var('input_schema') %}
        {% set relation = adapter.get_relation(target.database, var('input_schema'), table_name) %}
        {{ return(relation | string if relation else none) }}
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
