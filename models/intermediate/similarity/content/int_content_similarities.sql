with vectors as (

    select * from {{ ref('int_content_vectors') }}

),

item_keys as (

    select * from {{ ref('int_item_keys') }}

),

-- left join: an inner one may be reordered to meet all items of a common token before the pairs narrow them down.
-- Products are summed as decimals: the order of rows changes no digit.
scored_pairs as (

    select
        pairs.item_number,
        pairs.neighbour_number,
        round(cast(
            sum(cast(vectors.weight * neighbour_vectors.weight as decimal(18, 15))) as double
        ), 9) as similarity_score
    from {{ ref('int_content_pairs') }} as pairs
    inner join vectors
        on pairs.item_number = vectors.item_number
    left join vectors as neighbour_vectors
        on
            pairs.neighbour_number = neighbour_vectors.item_number
            and vectors.token_number = neighbour_vectors.token_number
    group by pairs.item_number, pairs.neighbour_number

),

both_directions as (

    select
        item_number,
        neighbour_number,
        similarity_score
    from scored_pairs
    union all
    select
        neighbour_number as item_number,
        item_number as neighbour_number,
        similarity_score
    from scored_pairs

),

-- of equally similar items those after the item come first, then from the start again: each of fifty look-alikes
-- names the next ones, instead of all naming the first
nearest as (

    select
        *,
        cast(row_number() over (
            partition by item_number
            order by
                similarity_score desc,
                case when neighbour_number > item_number then 0 else 1 end,
                neighbour_number
        ) as {{ dbt.type_int() }}) as neighbour_rank
    from both_directions
    qualify neighbour_rank <= {{ constants().content_neighbours_max }}

)

select
    items.item_key,
    neighbours.item_key as neighbour_key,
    nearest.similarity_score,
    nearest.neighbour_rank
from nearest
inner join item_keys as items
    on nearest.item_number = items.item_number
inner join item_keys as neighbours
    on nearest.neighbour_number = neighbours.item_number
