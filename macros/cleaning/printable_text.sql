{#- Text in which every run of control characters and white space is one space; blank is null. HTML stays: it is escaped where it is printed. -#}
{% macro printable_text(column) -%}
    nullif(trim({{ squeeze_white_space(column) }}), '')
{%- endmacro %}
