{#- An id without blanks and quotes at its ends and without characters that can't be seen. -#}
{% macro visible_id(text) -%}
    {{ return(adapter.dispatch('visible_id', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__visible_id(text) -%}
    regexp_replace({{ text }}, '^=?["\\u0027\\s\\p{Z}\\p{C}]+|["\\u0027\\s\\p{Z}\\p{C}]+$|\\p{C}+', '')
{%- endmacro %}


{% macro duckdb__visible_id(text) -%}
    regexp_replace({{ text }}, '^=?["\x27\s\p{Z}\p{C}]+|["\x27\s\p{Z}\p{C}]+$|\p{C}+', '', 'g')
{%- endmacro %}
