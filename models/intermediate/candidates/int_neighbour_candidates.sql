with votes as (

    select * from {{ ref('int_neighbour_votes') }}

),

-- the item whose vote was the strongest
evidence as (

    select
        votes.*,
        user_items.item_key as evidence_key
    from votes
    inner join {{ ref('int_user_items') }} as user_items
        on
            votes.user_key = user_items.user_key
            and votes.taste_rank = user_items.taste_rank

),

counted as (

    select
        evidence.*,
        coalesce(similarities.pair_count, 0) as evidence_count
    from evidence
    left join {{ ref('int_item_similarities') }} as similarities
        on
            evidence.context_key = similarities.context_key
            and evidence.evidence_key = similarities.item_key
            and evidence.item_key = similarities.neighbour_key

)

select
    users.user_id,
    items.item_id,
    {{ context_name('counted.context_key') }} as strategy,
    counted.raw_score,
    evidence_items.item_id as evidence_item_id,
    cast(counted.evidence_count as bigint) as evidence_count
from counted
inner join {{ ref('int_user_keys') }} as users
    on counted.user_key = users.user_key
inner join {{ ref('int_item_keys') }} as items
    on counted.item_key = items.item_key
inner join {{ ref('int_item_keys') }} as evidence_items
    on counted.evidence_key = evidence_items.item_key
