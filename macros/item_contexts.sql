{#- Contexts in which items stand beside an item. Inside the similarity models a context is its place in this list, from 1. -#}
{% macro item_contexts() -%}
    {{ return(['also_viewed', 'also_bought', 'bought_together', 'similar_items', 'upgrade']) }}
{%- endmacro %}
