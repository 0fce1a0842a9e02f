with profiles as (

    select * from {{ ref('int_profiles') }}

),

totals as (

    select
        context_key,
        count(*) as total_count,
        sum(profile_weight) / 1e10 as total_weight
    from profiles
    where item_rank = 1
    group by context_key

),

items as (

    select
        context_key,
        item_key,
        count(*) as profile_count,
        sum(profile_weight) / 1e10 as item_weight
    from profiles
    group by context_key, item_key

)

select
    items.context_key,
    items.item_key,
    items.profile_count,
    items.item_weight,
    totals.total_count,
    totals.total_weight
from items
inner join totals
    on items.context_key = totals.context_key
