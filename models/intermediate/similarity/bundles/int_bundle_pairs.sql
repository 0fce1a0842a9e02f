-- Both items must be for sale, of two categories, priced in one currency, and bought together oftener than by chance.
with items as (

    select
        items.item_id,
        item_keys.item_key,
        items.category,
        items.currency
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_availability') }} as availability
        on items.item_id = availability.item_id
    inner join {{ ref('int_item_keys') }} as item_keys
        on items.item_id = item_keys.item_id
    where
        availability.unavailable_reason is null
        and availability.is_for_reorders is not true

)

select
    items.item_id,
    neighbour_items.item_id as neighbour_item_id,
    neighbours.pair_count,
    row_number() over (
        partition by items.item_id
        order by neighbours.list_rank
    ) as pair_rank
from {{ ref('int_item_neighbours') }} as neighbours
inner join items
    on neighbours.item_key = items.item_key
inner join items as neighbour_items
    on neighbours.neighbour_key = neighbour_items.item_key
where
    neighbours.context_key = {{ context_key('bought_together') }}
    and neighbours.pair_count >= {{ var('bundle_support_min') }}
    and neighbours.lift > 1
    and items.category <> neighbour_items.category
    and items.currency = neighbour_items.currency
