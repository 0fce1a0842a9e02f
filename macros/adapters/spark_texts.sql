{#- dbt-spark's own has no order. -#}
{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {{ return("listagg(" ~ measure ~ ", " ~ delimiter_text ~ ") within group (" ~ order_by_clause ~ ")" if order_by_clause
        else "listagg(" ~ measure ~ ", " ~ delimiter_text ~ ")") }}
{%- endmacro %}


{#- dbt-spark's own takes the delimiter for a pattern, and fails where there are fewer parts. -#}
{% macro spark__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro %}
