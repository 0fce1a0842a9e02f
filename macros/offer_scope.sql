{#- What an offer is for, as one text: an item's family, else a category, else the whole shop. -#}
{% macro offer_scope(family_item_id, category) -%}
    case
        when {{ family_item_id }} is not null then concat('item: ', {{ family_item_id }})
        when {{ category }} is not null then concat('category: ', lower({{ category }}))
        else 'shop'
    end
{%- endmacro %}
