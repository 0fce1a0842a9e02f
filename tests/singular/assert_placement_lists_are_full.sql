-- A list has as many items as its placement says, or all that it may show of the user's pool. One of an earlier run may
-- have others than stock and rules of now would leave it, but whoever may be mailed has one for all that asks for it.
-- In a large shop for a sample of users: all lists beside all pools are more rows than any step makes.
{% set sample = key_sample(ref('int_ranking_pool'), ['user_key']) or 'user_key > 0' %}
with lists as (

    select * from {{ ref('int_placement_users') }}
    where {{ sample }}

),

pool as (

    select
        pool.user_key,
        pool.item_key,
        pool.times_bought
    from {{ ref('int_ranking_pool') }} as pool
    left join {{ ref('int_withheld_candidates') }} as withheld
        on
            pool.user_key = withheld.user_key
            and pool.item_key = withheld.item_key
    where
        withheld.item_key is null
        and pool.{{ sample }}

),

sizes as (

    select
        user_key,
        count(*) as item_count,
        sum(case when times_bought = 0 then 1 else 0 end) as new_item_count
    from pool
    group by user_key

),

held_back as (

    select
        list_key,
        item_key
    from {{ ref('int_ruled_candidates') }}
    where exclude_priority is not null
    union
    select
        lists.list_key,
        followed.item_key
    from {{ ref('int_followed_items') }} as followed
    inner join lists
        on
            followed.user_key = lists.user_key
            and followed.placement = lists.placement

),

held_back_counts as (

    select
        lists.list_key,
        count(*) as item_count
    from held_back
    inner join lists
        on held_back.list_key = lists.list_key
    inner join pool
        on
            lists.user_key = pool.user_key
            and held_back.item_key = pool.item_key
    where lists.welcomes_repeats or pool.times_bought = 0
    group by lists.list_key

),

available as (

    select
        lists.placement,
        lists.user_id,
        least(
            lists.list_size,
            case when lists.welcomes_repeats then sizes.item_count else sizes.new_item_count end
            - coalesce(held_back_counts.item_count, 0)
        ) as item_count
    from lists
    inner join sizes
        on lists.user_key = sizes.user_key
    left join held_back_counts
        on lists.list_key = held_back_counts.list_key

),

listed as (

    select
        placement,
        user_id,
        count(*) as item_count
    from {{ ref('int_placement_lists') }}
    group by placement, user_id

),

users as (

    select
        users.user_id,
        mailable.user_id is not null as is_mailable,
        coalesce(max(lists.listed_at) = as_of.as_of, true) as is_of_this_run
    from {{ ref('stg_users') }} as users
    cross join {{ ref('stg_as_of') }} as as_of
    left join {{ ref('int_mailable_users') }} as mailable
        on users.user_id = mailable.user_id
    left join {{ ref('int_placement_lists') }} as lists
        on users.user_id = lists.user_id
    group by users.user_id, mailable.user_id, as_of.as_of

)

select
    available.placement,
    available.user_id,
    available.item_count as expected,
    listed.item_count as found
from available
inner join users
    on available.user_id = users.user_id
left join listed
    on
        available.placement = listed.placement
        and available.user_id = listed.user_id
where
    coalesce(listed.item_count, 0) <> available.item_count
    and (users.is_of_this_run or (listed.user_id is null and users.is_mailable))
