{#- Whether a list's candidate would stand in its first block, of rows of int_steered_candidates with the `rank` of the item
    in its category by primary_score. Two plays' scores do not compare: without this the other block's large weights took
    the places of what the first block was for. -#}
{% macro fills_first_block(rank) -%}
    row_number() over (
        partition by list_key
        order by
            round(primary_score * power(category_discount, {{ rank }} - 1), 9) desc,
            primary_score desc,
            item_number
    ) <= items_primary
{%- endmacro %}
