{#-
    What a list's candidate counts by, of rows of int_steered_candidates with the `rank` of the item in its category by
    primary_score: by what the first block's play makes of it if it would fill that block, else by what the other's does.
-#}
{% macro block_score(rank) -%}
    case
        when row_number() over (
            partition by list_key
            order by
                round(primary_score * power(category_discount, {{ rank }} - 1), 9) desc,
                primary_score desc,
                item_number
        ) <= items_primary then primary_score
        else secondary_score
    end
{%- endmacro %}
