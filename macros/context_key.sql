{#- Number of a context: three big windows run half as long on a number as on a name. -#}
{% macro context_key(context) -%}
    cast({{ item_contexts().index(context) + 1 }} as smallint)
{%- endmacro %}
