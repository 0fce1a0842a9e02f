with votes as (

    select * from {{ ref('int_neighbour_votes') }}

),

-- the item whose vote was the strongest
explained as (

    select
        votes.*,
        user_items.item_key as evidence_key
    from votes
    inner join {{ ref('int_user_items') }} as user_items
        on
            votes.user_key = user_items.user_key
            and votes.taste_rank = user_items.taste_rank

)

select
    explained.user_key,
    explained.item_key,
    {{ context_name('explained.context_key') }} as strategy,
    explained.raw_score,
    explained.evidence_key,
    cast(coalesce(similarities.pair_count, 0) as {{ dbt.type_int() }}) as evidence_count
from explained
left join {{ ref('int_item_similarities') }} as similarities
    on
        explained.context_key = similarities.context_key
        and explained.evidence_key = similarities.item_key
        and explained.item_key = similarities.neighbour_key
