with similarities as (

    select * from {{ ref('int_item_similarities') }}

),

content_similarities as (

    select * from {{ ref('int_content_similarities') }}

),

upgrades as (

    select * from {{ ref('int_item_upgrades') }}

),

neighbours as (

    select
        context,
        item_id,
        neighbour_item_id,
        similarity_score,
        pair_count,
        confidence,
        reverse_confidence,
        lift,
        neighbour_rank
    from similarities
    where similarity_score > 0
    union all
    select
        'similar_items' as context,
        item_id,
        neighbour_item_id,
        similarity_score,
        cast(0 as bigint) as pair_count,
        cast(null as double) as confidence,
        cast(null as double) as reverse_confidence,
        cast(null as double) as lift,
        neighbour_rank
    from content_similarities
    union all
    select
        'upgrade' as context,
        item_id,
        neighbour_item_id,
        similarity_score,
        cast(0 as bigint) as pair_count,
        cast(null as double) as confidence,
        cast(null as double) as reverse_confidence,
        cast(null as double) as lift,
        row_number() over (
            partition by item_id
            order by similarity_score desc, rating_above_mean desc, price_ratio, neighbour_item_id
        ) as neighbour_rank
    from upgrades

)

select
    neighbours.context,
    neighbours.item_id,
    neighbours.neighbour_item_id,
    neighbours.similarity_score,
    neighbours.pair_count,
    neighbours.confidence,
    neighbours.reverse_confidence,
    neighbours.lift,
    row_number() over (
        partition by neighbours.context, neighbours.item_id
        order by neighbours.neighbour_rank
    ) as list_rank
from neighbours
inner join {{ ref('int_item_availability') }} as availability
    on neighbours.neighbour_item_id = availability.item_id
where availability.unavailable_reason is null
qualify list_rank <= {{ var('item_recommendations_max') }}
