-- Stock that nobody counts, or that is sold without, is unknown.
{{ config(enabled='shopify' in var('sources')) }}

select
    variants.variant_id,
    variants.product_id,
    variants.title,
    variants.display_name,
    {{ clean_number('variants.price') }} as price,
    {{ clean_number('variants.compare_at_price') }} as list_price,
    {{ clean_number('inventory_items.unit_cost') }} as unit_cost,
    case
        when
            not coalesce({{ clean_boolean('inventory_items.is_tracked') }}, true)
            or lower(variants.inventory_policy) = 'continue'
            then null
        when {{ clean_number('variants.inventory_quantity') }} < 0 then 0
        else {{ clean_number('variants.inventory_quantity') }}
    end as stock_quantity,
    {{ clean_number('variants.position') }} as place,
    coalesce({{ clean_boolean('variants.is_available') }}, true) as is_available
from {{ ref('shopify_table_variants') }} as variants
left join {{ ref('shopify_table_inventory_items') }} as inventory_items
    on variants.inventory_item_id = inventory_items.inventory_item_id
