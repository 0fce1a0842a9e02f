with profiles as (

    select * from {{ ref('int_profiles') }}

)

select
    profiles.context,
    profiles.item_key,
    others.item_key as neighbour_key,
    count(*) as pair_count,
    sum(profiles.profile_weight) as pair_weight
from profiles
inner join profiles as others
    on
        profiles.profile_key = others.profile_key
        and profiles.item_key < others.item_key
group by profiles.context, profiles.item_key, others.item_key
having count(*) >= {{ var('pair_support_min') }}
