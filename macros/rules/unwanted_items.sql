{#- The pairs of user_key and item_key in `pairs` of which the user does not want to see the item (input user_exclusions). -#}
{% macro unwanted_items(pairs) -%}
    select
        pairs.user_key,
        pairs.item_key
    from {{ pairs }} as pairs
    inner join {{ ref('int_item_targets') }} as targets
        on pairs.item_key = targets.item_key
    inner join {{ ref('int_user_exclusions') }} as exclusions
        on
            pairs.user_key = exclusions.user_key
            and targets.target_key = exclusions.target_key
    group by pairs.user_key, pairs.item_key
{%- endmacro %}
