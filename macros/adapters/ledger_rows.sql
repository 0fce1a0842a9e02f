{#-
  The from-clause that reads what the sender's ledger holds of an input, below var `ledger_location`; none for other inputs,
  and without the var.
-#}
{% macro ledger_rows(table_name) %}
    {% if not execute or not var('ledger_location') or table_name not in recmail.ledger_names() %}{{ return(none) }}{% endif %}
    {{ return(adapter.dispatch('ledger_rows', 'recmail')(table_name)) }}
{% endmacro %}


{% macro duckdb__ledger_rows(table_name) %}
    {% set path = recmail.ledger_file(table_name) %}
    {% if not run_query("select 1 from glob(" ~ recmail.literal(path) ~ ")") | length %}
        {% do exceptions.raise_compiler_error(
            path ~ " is missing: expected what `recmail events` writes in var ledger_location"
        ) %}
    {% endif %}
    {{ return("read_parquet(" ~ recmail.literal(path) ~ ")") }}
{% endmacro %}


{% macro default__ledger_rows(table_name) %}
    {% do exceptions.raise_compiler_error(
        "Var ledger_location is read on DuckDB alone: load what `recmail events` writes into the inputs' schema"
    ) %}
{% endmacro %}
