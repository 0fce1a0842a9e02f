with similarities as (

    select * from {{ ref('int_item_similarities') }}

),

availability as (

    select * from {{ ref('int_item_availability') }}

)

select
    similarities.context,
    similarities.item_id,
    similarities.neighbour_item_id as recommended_item_id,
    cast(row_number() over (
        partition by similarities.context, similarities.item_id
        order by similarities.neighbour_rank
    ) as integer) as rank,
    cast(similarities.similarity_score as double) as score,
    cast(similarities.pair_count as bigint) as support_count
from similarities
inner join availability
    on similarities.neighbour_item_id = availability.item_id
where availability.unavailable_reason is null
