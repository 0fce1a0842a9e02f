{#- Every run of white space and control characters as one space. -#}
{% macro squeeze_white_space(text) -%}
    {{ return(adapter.dispatch('squeeze_white_space', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__squeeze_white_space(text) -%}
    regexp_replace({{ text }}, '[\\s\\p{Cntrl}]+', ' ')
{%- endmacro %}


{% macro duckdb__squeeze_white_space(text) -%}
    regexp_replace({{ text }}, '[\s\p{Z}\p{Cc}]+', ' ', 'g')
{%- endmacro %}
