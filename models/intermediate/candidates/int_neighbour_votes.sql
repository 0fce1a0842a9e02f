-- Each of a user's heaviest items votes for its neighbours with weight × similarity, the heavier the item the more of
-- them; what the user has seen is voted out. Lists are unnested after the join: the votes of a user then come one after
-- the other and their sums stay in the cache.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_items', 'key': 'user_key', 'range_size': 2048}
) }}
{% set profile_items_max = var('profile_items_max') %}
{% set weight_scale = vote_scale('weight') %}
{% set veto = -1 * 2 ** 40 %}
{% set voted_for %}
case
    when user_items.taste_rank > {{ profile_items_max }} then 1
    else cast(1 + ceil({{ var('neighbours_max') }}.0 * user_items.relative_weight / {{ weight_scale }}) as {{ dbt.type_int() }})
end
{% endset %}
{% set ranks = packed_ranks() %}

with user_items as (

    select * from {{ ref('int_user_items') }}
    where {{ is_in_part('user_key') }}

),

lists as (

    select * from {{ ref('int_neighbour_lists') }}

),

neighbours as (

    select
        lists.context_key,
        user_items.user_key,
        user_items.taste_rank,
        user_items.relative_weight,
        -- the item itself, which comes first, and of the heaviest items their nearest neighbours
        {{ unnest_list(list_head('lists.neighbours', voted_for)) }} as neighbour
    from user_items
    inner join lists
        on user_items.item_key = lists.item_key

),

votes as (

    select
        context_key,
        user_key,
        neighbour.neighbour_number as item_number,
        taste_rank,
        case
            when neighbour.neighbour_rank = 0 then {{ veto }}
            else cast(relative_weight as bigint) * neighbour.relative_similarity
        end as vote
    from neighbours

),

summed as (

    select
        context_key,
        user_key,
        item_number,
        cast(sum(vote) as bigint) as vote_sum,
        -- of equally strong votes the heavier item's
        {{ ranks }} - max(vote * {{ ranks }} + {{ ranks }} - taste_rank) % {{ ranks }} as strongest_rank
    from votes
    group by context_key, user_key, item_number
    having sum(vote) > 0

),

packed as (

    select
        context_key,
        user_key,
        {{ pack_vote('vote_sum', 'item_number', 'strongest_rank') }} as packed
    from summed

),

best as (

    select
        context_key,
        user_key,
        {{ unnest_list('max_by(packed, packed, ' ~ var('candidates_per_strategy') ~ ')') }} as packed
    from packed
    group by context_key, user_key

)

-- the evidence is the item whose vote was the strongest; how many share the pair is looked up for what is shown
select
    best.context_key,
    best.user_key,
    item_keys.item_key,
    {{ unpack_vote('best.packed', 'vote_sum') }} / {{ weight_scale }} / {{ vote_scale('similarity') }} as raw_score,
    user_items.item_key as evidence_key,
    cast(null as {{ dbt.type_int() }}) as evidence_count
from best
inner join {{ ref('int_item_keys') }} as item_keys
    on {{ unpack_vote('best.packed', 'item_number') }} = item_keys.item_number
inner join user_items
    on
        best.user_key = user_items.user_key
        and {{ unpack_vote('best.packed', 'taste_rank') }} = user_items.taste_rank
