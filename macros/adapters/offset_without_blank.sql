{#- `2025-05-30 20:00:00 -0400`, as Shopify exports it, as engines read it: 2025-05-30 20:00:00-0400. Blanks at the ends go. -#}
{% macro offset_without_blank(text) -%}
    {{ return(adapter.dispatch('offset_without_blank', 'recmail')(text)) }}
{%- endmacro %}


{% macro default__offset_without_blank(text) -%}
    regexp_replace(trim({{ text }}), '(:[0-9.]+) +([+-][0-9]{2}:?([0-9]{2})?)$', '$1$2')
{%- endmacro %}


{% macro duckdb__offset_without_blank(text) -%}
    regexp_replace(trim({{ text }}), '(:[0-9.]+) +([+-][0-9]{2}:?([0-9]{2})?)$', '\1\2')
{%- endmacro %}
