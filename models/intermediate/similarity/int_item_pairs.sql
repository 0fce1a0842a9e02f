with profiles as (

    select * from {{ ref('int_profiles') }}

)

select
    profiles.context,
    profiles.item_id,
    others.item_id as neighbour_item_id,
    count(*) as pair_count,
    sum(profiles.profile_weight) as pair_weight
from profiles
inner join profiles as others
    on
        profiles.context = others.context
        and profiles.profile_id = others.profile_id
        and profiles.item_id < others.item_id
group by profiles.context, profiles.item_id, others.item_id
having count(*) >= {{ var('pair_support_min') }}
