{#- A text that changes with any value of the inputs and with var `as_of`, but not with the order of rows. -#}
{% macro input_fingerprint(table_names) %}
    {{ return(adapter.dispatch('input_fingerprint', 'recmail')(table_names)) }}
{% endmacro %}


{#- Row hashes add up, so their order does not count; the hash is DuckDB's own, since nothing compares it elsewhere. -#}
{% macro duckdb__input_fingerprint(table_names) %}
    {% set parts = [recmail.literal('as_of:' ~ (as_of_text() or ''))] %}
    {% for table_name in table_names | sort %}
        {% do parts.append(
            "(select '" ~ table_name ~ ":' || count(*) || ':' || coalesce(sum(cast(hash(input_rows) as hugeint)), 0)"
            ~ " from " ~ recmail.input_view(table_name) ~ " as input_rows)"
        ) %}
    {% endfor %}
    {{ return(run_query("select md5(concat_ws(';', " ~ parts | join(', ') ~ "))")[0][0]) }}
{% endmacro %}
