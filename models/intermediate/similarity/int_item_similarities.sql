with pairs as (

    select * from {{ ref('int_item_pairs') }}

),

support as (

    select * from {{ ref('int_item_support') }}

),

scored as (

    select
        pairs.context,
        pairs.item_id,
        pairs.neighbour_item_id,
        pairs.pair_count,
        round(
            {{ cosine_similarity('pairs.pair_weight', 'support.item_weight', 'neighbour_support.item_weight') }}, 9
        ) as similarity_score
    from pairs
    inner join support
        on
            pairs.context = support.context
            and pairs.item_id = support.item_id
    inner join support as neighbour_support
        on
            pairs.context = neighbour_support.context
            and pairs.neighbour_item_id = neighbour_support.item_id

),

both_directions as (

    select
        context,
        item_id,
        neighbour_item_id,
        pair_count,
        similarity_score
    from scored
    union all
    select
        context,
        neighbour_item_id as item_id,
        item_id as neighbour_item_id,
        pair_count,
        similarity_score
    from scored

)

select
    context,
    item_id,
    neighbour_item_id,
    pair_count,
    similarity_score,
    row_number() over (
        partition by context, item_id
        order by similarity_score desc, pair_count desc, neighbour_item_id
    ) as neighbour_rank
from both_directions
qualify neighbour_rank <= {{ var('neighbours_max') }}
