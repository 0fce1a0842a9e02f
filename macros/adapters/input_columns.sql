{#- {column name in lower case: type} of what a from-clause reads. -#}
{% macro input_columns(from_clause) %}
    {{ return(adapter.dispatch('input_columns', 'recmail')(from_clause)) }}
{% endmacro %}


{% macro duckdb__input_columns(from_clause) %}
    {% set columns = {} %}
    {% for row in run_query("describe select * from " ~ from_clause) %}
        {% do columns.update({row[0] | lower: row[1] | upper}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}


{% macro spark__input_columns(from_clause) %}
    {% set columns = {} %}
    {% for row in run_query("describe query select * from " ~ from_clause) %}
        {% do columns.update({row[0] | lower: row[1] | upper}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}
