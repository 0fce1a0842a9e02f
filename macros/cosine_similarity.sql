{#- c / sqrt(n_i * n_j): 1 when two items always stand together, 0 when never. Weighted sums serve as counts. -#}
{% macro cosine_similarity(pair_weight, item_weight, neighbour_weight) -%}
    cast({{ pair_weight }} as double)
    / sqrt(cast({{ item_weight }} as double) * cast({{ neighbour_weight }} as double))
{%- endmacro %}
