{#- Text without surrounding white space, line breaks or control characters; what is left blank is null. -#}
{% macro clean_text(column) -%}
    nullif({{ trim_blanks('cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')') }}, '')
{%- endmacro %}
