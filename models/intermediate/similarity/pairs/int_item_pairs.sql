-- Each row of a profile meets the list of the profile's items: unnesting a list is cheaper than joining its rows. Rows
-- come sorted by item, a range of items at a time, so that the pairs being counted stay in the cache.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_profiles', 'key': 'item_key', 'range_size': 2048}
) }}

with profiles as (

    select * from {{ ref('int_profiles') }}
    where {{ is_in_part('item_key') }}

),

pairs as (

    select
        profiles.context_key,
        profiles.item_key,
        profiles.profile_weight,
        {{ unnest_list('profile_lists.item_keys') }} as neighbour_key
    from profiles
    inner join {{ ref('int_profile_lists') }} as profile_lists
        on profiles.profile_key = profile_lists.profile_key

)

select
    context_key,
    item_key,
    neighbour_key,
    cast(count(*) as {{ dbt.type_int() }}) as pair_count,
    sum(profile_weight) / 1e10 as pair_weight
from pairs
where neighbour_key > item_key
group by context_key, item_key, neighbour_key
having count(*) >= {{ var('pair_support_min') }}
