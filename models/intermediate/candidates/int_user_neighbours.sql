-- Each item of a user's taste meets the list of its keenest users, as item pairs meet profiles: unnesting a list is
-- cheaper than joining its rows. Similarity in billionths, shared items and the user's number are packed into one whole
-- number, which adds up the same in any order and is in the order in which neighbours are near.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_tastes', 'key': 'user_key', 'range_size': 2048}
) }}
{% set numbers, shared = 2 ** 27, 2 ** 33 %}

with tastes as (

    select
        tastes.*,
        user_keys.user_number
    from {{ ref('int_user_tastes') }} as tastes
    inner join {{ ref('int_user_keys') }} as user_keys
        on tastes.user_key = user_keys.user_key
    where
        tastes.{{ is_in_part('user_key') }}
        and {{ strategy_is_enabled('similar_users') }}

),

met as (

    select
        tastes.user_key,
        tastes.user_number,
        tastes.weight,
        {{ unnest_list('taste_lists.users') }} as neighbour
    from tastes
    inner join {{ ref('int_taste_lists') }} as taste_lists
        on tastes.item_key = taste_lists.item_key

),

products as (

    select
        user_key,
        neighbour.user_number as neighbour_number,
        cast(round(weight * neighbour.weight * 1000) as bigint) as product
    from met
    where neighbour.user_number <> user_number

),

packed as (

    select
        user_key,
        cast(round(cast(sum(product) as double) / 1000) as bigint) * {{ shared }}
        + count(*) * {{ numbers }} + {{ numbers - 1 }} - neighbour_number as packed
    from products
    group by user_key, neighbour_number
    having sum(product) >= 500

),

nearest as (

    select
        user_key,
        {{ unnest_list('max_by(packed, packed, ' ~ constants().user_neighbours_max ~ ')') }} as packed
    from packed
    group by user_key

)

select
    nearest.user_key,
    neighbours.user_key as neighbour_key,
    (nearest.packed - nearest.packed % {{ shared }}) / cast({{ shared }} as double) / 1000000000 as similarity_score
from nearest
inner join {{ ref('int_user_keys') }} as neighbours
    on {{ numbers - 1 }} - nearest.packed % {{ numbers }} = neighbours.user_number
