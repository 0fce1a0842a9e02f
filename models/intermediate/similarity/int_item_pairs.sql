-- Each row of a profile meets the list of the profile's items: unnesting a list is cheaper than joining its rows, and
-- as the rows come sorted by item, the pairs of an item are counted one after the other.
with profiles as (

    select * from {{ ref('int_profiles') }}

),

profile_lists as (

    select
        profile_key,
        array_agg(item_key) as item_keys
    from profiles
    group by profile_key

),

pairs as (

    select
        profiles.context,
        profiles.item_key,
        profiles.profile_weight,
        {{ unnest_list('profile_lists.item_keys') }} as neighbour_key
    from profiles
    inner join profile_lists
        on profiles.profile_key = profile_lists.profile_key

)

select
    context,
    item_key,
    neighbour_key,
    count(*) as pair_count,
    sum(profile_weight) / 1e10 as pair_weight
from pairs
where neighbour_key > item_key
group by context, item_key, neighbour_key
having count(*) >= {{ var('pair_support_min') }}
