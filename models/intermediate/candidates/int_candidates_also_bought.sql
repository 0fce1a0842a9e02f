with interactions as (

    select * from {{ ref('int_interactions') }}
    qualify row_number() over (
        partition by user_id
        order by interaction_weight desc, last_interaction_at desc, item_id
    ) <= {{ var('profile_items_max') }}

),

similarities as (

    select * from {{ ref('int_item_similarities') }}
    where context = 'also_bought'

),

votes as (

    select
        interactions.user_id,
        similarities.neighbour_item_id as item_id,
        interactions.item_id as evidence_item_id,
        similarities.pair_count as evidence_count,
        cast(interactions.interaction_weight * similarities.similarity_score as decimal(18, 9)) as vote
    from interactions
    inner join similarities
        on interactions.item_id = similarities.item_id
    where
        {{ strategy_is_enabled('also_bought') }}
        and interactions.interaction_weight > 0

),

summed as (

    select
        user_id,
        item_id,
        sum(vote) as raw_score,
        -- the evidence is the user's item with the strongest vote
        max({{ ordered_struct(['vote', 'evidence_count', 'evidence_item_id']) }}) as strongest
    from votes
    group by user_id, item_id

)

select
    user_id,
    item_id,
    'also_bought' as strategy,
    cast(raw_score as double) as raw_score,
    strongest.evidence_item_id,
    cast(strongest.evidence_count as bigint) as evidence_count
from summed
qualify row_number() over (
    partition by user_id
    order by raw_score desc, item_id
) <= {{ var('candidates_per_strategy') }}
