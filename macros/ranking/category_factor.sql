{#- What the k-th item of a category is worth in a list; 1 where diversity is switched off. -#}
{% macro category_factor(category_item_rank) -%}
    power({{ var('category_discount') if var('minimum_distinct_categories') > 1 else 1 }}, {{ category_item_rank }} - 1)
{%- endmacro %}
