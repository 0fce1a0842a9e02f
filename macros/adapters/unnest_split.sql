{#- Join clause that gives a row per element of a text split at a separator, as column split_element. -#}
{% macro unnest_split(text, separator) -%}
    {{ return(adapter.dispatch('unnest_split', 'recmail')(text, separator)) }}
{%- endmacro %}


{% macro default__unnest_split(text, separator) -%}
    lateral view explode(split({{ text }}, '[{{ separator }}]')) as split_element
{%- endmacro %}


{% macro duckdb__unnest_split(text, separator) -%}
    cross join unnest(string_split({{ text }}, '{{ separator }}')) as split_elements(split_element)
{%- endmacro %}
