{#- Columns for a query on seed `email_texts` grouped by language: {column: text_key} gives the text of each key. -#}
{% macro email_text_columns(text_keys) -%}
    {%- for column, text_key in text_keys.items() %}
    max(case when text_key = '{{ text_key }}' then text end) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
