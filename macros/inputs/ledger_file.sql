{#- Where a file of the sender's ledger is looked for, below var `ledger_location`. -#}
{% macro ledger_file(table_name) %}
    {{ return(var('ledger_location') ~ '/' ~ table_name ~ '.parquet') }}
{% endmacro %}
