{#- Rows of unit tests hold lists and structs as JSON text, which DuckDB casts; dbt-spark's own takes it for SQL. -#}
{% macro spark__safe_cast(field, type) -%}
    {{ return('from_json(' ~ field ~ ", '" ~ type ~ "')" if '<' in type and field != 'null'
        else 'cast(' ~ field ~ ' as ' ~ type ~ ')') }}
{%- endmacro %}
