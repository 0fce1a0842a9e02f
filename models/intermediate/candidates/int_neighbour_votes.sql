-- Each of a user's heaviest items votes for its neighbours with weight × similarity; what the user has seen is voted
-- out. Lists are unnested after the join: the votes of a user then come one after the other and their sums stay in the
-- cache.
{{ config(
    materialized='table_in_parts' if target.type == 'duckdb' else 'table',
    part_keys={'model': 'int_user_items', 'key': 'user_key', 'range_size': 1024}
) }}
{% set profile_items_max = var('profile_items_max') %}
{% set item_keys_max = 2 ** 24 %}
{% set veto = -1 * 2 ** 40 %}

with user_items as (

    select * from {{ ref('int_user_items') }}
    where {{ is_in_part('user_key') }}

),

lists as (

    select * from {{ ref('int_neighbour_lists') }}

),

contexts as (

    select distinct context_key from lists

),

neighbours as (

    select
        lists.context_key,
        user_items.user_key,
        user_items.taste_rank,
        user_items.relative_weight,
        {{ unnest_list('lists.neighbours') }} as neighbour
    from user_items
    inner join lists
        on user_items.item_key = lists.item_key
    where user_items.taste_rank <= {{ profile_items_max }}

),

votes as (

    select
        context_key,
        user_key,
        neighbour.neighbour_key as item_key,
        taste_rank,
        case
            when neighbour.relative_similarity < 0 then {{ veto }}
            else cast(relative_weight as bigint) * neighbour.relative_similarity
        end as vote
    from neighbours
    union all
    select
        contexts.context_key,
        user_items.user_key,
        user_items.item_key,
        user_items.taste_rank,
        {{ veto }} as vote
    from user_items
    cross join contexts
    where user_items.taste_rank > {{ profile_items_max }}

),

summed as (

    select
        context_key,
        user_key,
        item_key,
        sum(vote) as vote_sum,
        -- the strongest vote and, below it, whose it was; of equals the heavier item's
        max(vote * {{ profile_items_max }} + {{ profile_items_max }} - taste_rank) as strongest
    from votes
    group by context_key, user_key, item_key
    having sum(vote) > 0

),

packed as (

    select
        context_key,
        user_key,
        -- ranks by votes, then by item; both are read back from it
        cast(vote_sum as bigint) * {{ item_keys_max }} + {{ item_keys_max }} - item_key as score_and_item,
        cast({{ profile_items_max }} - strongest % {{ profile_items_max }} as smallint) as taste_rank
    from summed

),

best as (

    select
        context_key,
        user_key,
        {{ unnest_list(
            'max_by(' ~ ordered_struct(['score_and_item', 'taste_rank']) ~ ', score_and_item, '
            ~ var('candidates_per_strategy') ~ ')'
        ) }} as packed
    from packed
    group by context_key, user_key

),

unpacked as (

    select
        context_key,
        user_key,
        packed.score_and_item % {{ item_keys_max }} as item_part,
        packed.score_and_item,
        packed.taste_rank
    from best

)

select
    context_key,
    user_key,
    cast({{ item_keys_max }} - item_part as {{ dbt.type_int() }}) as item_key,
    cast(score_and_item - item_part as double)
    / {{ item_keys_max }} / {{ vote_scale('weight') }} / {{ vote_scale('similarity') }} as raw_score,
    taste_rank
from unpacked
