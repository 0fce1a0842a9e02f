-- An item that few have bought or seen still needs its list: first what its nearest context knows, then what sells
-- best in its category (not for baskets), then what sells best. An upgrade is filled with nothing that is not dearer.
{% set list_min = var('item_recommendations_min') %}

with short_lists as (

    select * from {{ ref('int_item_short_lists') }}

),

neighbours as (

    select * from {{ ref('int_item_neighbours') }}

),

best_sellers as (

    select
        best_sellers.*,
        items.price,
        items.currency
    from {{ ref('int_available_items') }} as best_sellers
    inner join {{ ref('stg_items') }} as items
        on best_sellers.item_id = items.item_id

),

-- twice the places: what already stands in the list and the item itself are skipped
proposals as (

    select
        short_lists.context,
        short_lists.item_id,
        neighbours.neighbour_item_id,
        short_lists.missing_count,
        short_lists.next_context as fallback,
        1 as fallback_rank,
        neighbours.list_rank as place
    from short_lists
    inner join neighbours
        on
            short_lists.next_context = neighbours.context
            and short_lists.item_id = neighbours.item_id
    union all
    select
        short_lists.context,
        short_lists.item_id,
        best_sellers.item_id as neighbour_item_id,
        short_lists.missing_count,
        'category_best_sellers' as fallback,
        2 as fallback_rank,
        best_sellers.category_rank as place
    from short_lists
    inner join best_sellers
        on short_lists.category = best_sellers.category
    where
        short_lists.context not in ('bought_together', 'upgrade')
        and best_sellers.category_rank <= {{ 2 * list_min }}

        or short_lists.context = 'upgrade'
        and best_sellers.price_band_rank <= {{ 2 * list_min }}
        and best_sellers.currency = short_lists.currency
        and best_sellers.price >= {{ var('upgrade_price_ratio_min') }} * short_lists.price
    union all
    select
        short_lists.context,
        short_lists.item_id,
        best_sellers.item_id as neighbour_item_id,
        short_lists.missing_count,
        'best_sellers' as fallback,
        3 as fallback_rank,
        best_sellers.sales_rank as place
    from short_lists
    cross join best_sellers
    where
        short_lists.context <> 'upgrade'
        and best_sellers.sales_rank <= {{ 2 * list_min }}

),

new_proposals as (

    select proposals.*
    from proposals
    left join neighbours
        on
            proposals.context = neighbours.context
            and proposals.item_id = neighbours.item_id
            and proposals.neighbour_item_id = neighbours.neighbour_item_id
    where
        neighbours.item_id is null
        and proposals.item_id <> proposals.neighbour_item_id
    qualify row_number() over (
        partition by proposals.context, proposals.item_id, proposals.neighbour_item_id
        order by proposals.fallback_rank
    ) = 1

)

select
    context,
    item_id,
    neighbour_item_id,
    fallback,
    row_number() over (
        partition by context, item_id
        order by fallback_rank, place, neighbour_item_id
    ) as fallback_place
from new_proposals
qualify fallback_place <= missing_count
