-- Each neighbour votes for its own heaviest items with similarity × interaction weight, in millionths: whole numbers
-- add up the same in any order. What is so old that its votes round to nothing is no proposal. Lists and parts as in
-- int_neighbour_votes.
{% set users_per_range = 1024 %}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_neighbours', 'key': 'user_key', 'range_size': users_per_range}
) }}

with neighbours as (

    select * from {{ ref('int_user_neighbours') }}
    where
        {{ strategy_is_enabled('similar_users') }}
        and {{ is_in_part('user_key') }} {{ rows_of_a_range(users_per_range * constants().user_neighbours_max) }}

),

item_keys as (

    select * from {{ ref('int_item_keys') }}

),

unnested as (

    select
        neighbours.user_key,
        neighbours.similarity_score,
        {{ unnest_list('lists.items') }} as item
    from neighbours
    inner join {{ ref('int_user_item_lists') }} as lists
        on neighbours.neighbour_key = lists.user_key

),

votes as (

    select
        user_key,
        item.item_number,
        cast(round(similarity_score * item.interaction_weight * 1000000) as bigint) as vote,
        case when item.last_purchased_at is not null then 1 else 0 end as is_bought
    from unnested

),

best as (

    select
        user_key,
        item_number,
        sum(vote) as vote_sum,
        sum(is_bought) as buyer_count
    from votes
    group by user_key, item_number
    having count(*) >= 2 and sum(vote) > 0
    qualify row_number() over (
        partition by user_key
        order by vote_sum desc, item_number
    ) <= {{ 2 * var('candidates_per_strategy') }}

)

select
    best.user_key,
    item_keys.item_key,
    cast(best.vote_sum as double) / 1000000 as raw_score,
    cast(null as {{ dbt.type_int() }}) as evidence_key,
    cast(best.buyer_count as {{ dbt.type_int() }}) as evidence_count
from best
inner join item_keys
    on best.item_number = item_keys.item_number
