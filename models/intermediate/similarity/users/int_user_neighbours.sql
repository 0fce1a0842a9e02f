-- Each item of a user's taste meets the list of its keenest users, as item pairs meet profiles: unnesting a list is
-- cheaper than joining its rows. Whole numbers add up the same in any order.
{{ config(
    materialized=in_parts(),
    part_keys={'model': 'int_user_tastes', 'key': 'user_key', 'range_size': 2048}
) }}

with tastes as (

    select * from {{ ref('int_user_tastes') }}
    where
        {{ is_in_part('user_key') }}
        and {{ strategy_is_enabled('similar_users') }}

),

met as (

    select
        tastes.user_key,
        tastes.weight,
        {{ unnest_list('taste_lists.users') }} as neighbour
    from tastes
    inner join {{ ref('int_taste_lists') }} as taste_lists
        on tastes.item_key = taste_lists.item_key

),

products as (

    select
        user_key,
        neighbour.user_key as neighbour_key,
        cast(round(weight * neighbour.weight * 1000) as bigint) as product
    from met
    where neighbour.user_key <> met.user_key

),

similarities as (

    select
        user_key,
        neighbour_key,
        count(*) as shared_item_count,
        round(cast(sum(product) as double) / 1000000000000, 9) as similarity_score
    from products
    group by user_key, neighbour_key

)

select
    similarities.user_key,
    similarities.neighbour_key,
    cast(similarities.shared_item_count as {{ dbt.type_int() }}) as shared_item_count,
    similarities.similarity_score,
    cast(row_number() over (
        partition by similarities.user_key
        order by
            similarities.similarity_score desc,
            similarities.shared_item_count desc,
            neighbours.user_number
    ) as {{ dbt.type_int() }}) as neighbour_rank
from similarities
inner join {{ ref('int_user_keys') }} as neighbours
    on similarities.neighbour_key = neighbours.user_key
where similarities.similarity_score > 0
qualify neighbour_rank <= {{ constants().user_neighbours_max }}
