-- An item that few have bought or seen still needs its list: first what its nearest context knows, then what sells
-- best in its category, then what sells best. An upgrade is never filled with anything that is not dearer.
{% set list_min = var('item_recommendations_min') %}

with products as (

    select
        content_items.item_id,
        content_items.category,
        content_items.price_band,
        items.price,
        items.currency
    from {{ ref('int_content_items') }} as content_items
    inner join {{ ref('stg_items') }} as items
        on content_items.item_id = items.item_id

),

neighbours as (

    select * from {{ ref('int_item_neighbours') }}

),

contexts as (

    select 'also_viewed' as context, 'similar_items' as next_context
    union all
    select 'also_bought' as context, 'similar_items' as next_context
    union all
    select 'bought_together' as context, 'also_bought' as next_context
    union all
    select 'similar_items' as context, null as next_context
    union all
    select 'upgrade' as context, null as next_context

),

lengths as (

    select
        context,
        item_id,
        count(*) as list_length
    from neighbours
    group by context, item_id

),

short_lists as (

    select
        contexts.context,
        contexts.next_context,
        products.item_id,
        products.category,
        products.price,
        products.currency,
        {{ list_min }} - coalesce(lengths.list_length, 0) as missing_count
    from products
    cross join contexts
    left join lengths
        on
            products.item_id = lengths.item_id
            and contexts.context = lengths.context
    where coalesce(lengths.list_length, 0) < {{ list_min }}

),

-- twice the places: what already stands in the list and the item itself are skipped
best_sellers as (

    select
        products.item_id,
        products.category,
        products.price,
        products.currency,
        row_number() over (order by coalesce(popularity.decayed_purchase_count, 0) desc, products.item_id) as sales_rank,
        row_number() over (partition by products.category order by coalesce(popularity.decayed_purchase_count, 0) desc, products.item_id) as category_rank,
        row_number() over (
            partition by products.category, products.price_band
            order by coalesce(popularity.decayed_purchase_count, 0) desc, products.item_id
        ) as price_band_rank
    from products
    inner join {{ ref('int_item_availability') }} as availability
        on products.item_id = availability.item_id
    left join {{ ref('int_item_popularity') }} as popularity
        on products.item_id = popularity.item_id
    where availability.unavailable_reason is null

),

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
        short_lists.context <> 'upgrade' and best_sellers.category_rank <= {{ 2 * list_min }}
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
