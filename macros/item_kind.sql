{#- A category or subcategory as rules name it: letter case and runs of white space make no difference. -#}
{% macro item_kind(text) -%}
    lower(trim({{ squeeze_white_space(text) }}))
{%- endmacro %}
