{#- A name that a greeting can hold: null without a letter, and when it is an address. -#}
{% macro clean_first_name(column) -%}
    {%- set name = recmail.clean_name(column, length=60) -%}
    case when {{ matches(name, '[A-Za-z]|[^ -~]') }} and {{ name }} not like '%@%' and {{ name }} not like '%://%' then {{ name }} end
{%- endmacro %}
