{#- Where a file of an input is looked for, in Parquet or CSV, below var `input_location`. -#}
{% macro input_file(table_name, ending) %}
    {{ return(var('input_location') ~ '/' ~ table_name ~ '.' ~ ending) }}
{% endmacro %}
