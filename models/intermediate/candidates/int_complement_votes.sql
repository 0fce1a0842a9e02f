-- The user's newest purchases vote for what goes with them, with weight × confidence in millionths: whole numbers add
-- up the same in any order; of equal ones the heavier purchase's explains. What the user has had to do with is left
-- out. In parts as int_neighbour_votes.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_items', 'key': 'user_key', 'range_size': 2048}
) }}

with user_items as (

    select * from {{ ref('int_user_items') }}
    where
        {{ is_in_part('user_key') }}
        and {{ strategy_is_enabled('complements') }}

),

newest as (

    select
        user_key,
        item_key,
        taste_rank,
        relative_weight
    from user_items
    where last_purchased_at is not null
    qualify row_number() over (
        partition by user_key
        order by last_purchased_at desc, taste_rank
    ) <= {{ constants().complement_purchases_max }}

),

votes as (

    select
        newest.user_key,
        newest.item_key,
        -newest.taste_rank as heaviness,
        complements.complement_key,
        complements.pair_count,
        cast(round(newest.relative_weight * complements.confidence * 1000000) as bigint) as vote
    from newest
    inner join {{ ref('int_item_complements') }} as complements
        on newest.item_key = complements.item_key

),

summed as (

    select
        user_key,
        complement_key,
        sum(vote) as vote_sum,
        max({{ ordered_struct(['vote', 'pair_count', 'heaviness', 'item_key']) }}) as strongest
    from votes
    group by user_key, complement_key

),

explained as (

    select
        user_key,
        complement_key,
        vote_sum,
        strongest.item_key as evidence_key,
        strongest.pair_count
    from summed

),

best as (

    select explained.*
    from explained
    inner join {{ ref('int_item_keys') }} as item_keys
        on explained.complement_key = item_keys.item_key
    left join user_items
        on
            explained.user_key = user_items.user_key
            and explained.complement_key = user_items.item_key
    where
        user_items.item_key is null
        and explained.vote_sum > 0
    qualify row_number() over (
        partition by explained.user_key
        order by explained.vote_sum desc, item_keys.item_number
    ) <= {{ var('candidates_per_strategy') }}

)

select
    user_key,
    complement_key as item_key,
    cast(vote_sum as double) / 1000000 / {{ vote_scale('weight') }} as raw_score,
    evidence_key,
    cast(pair_count as {{ dbt.type_int() }}) as evidence_count
from best
