-- A list has as many items as its placement says, or all that it may show of the user's pool. One of an earlier run may
-- have others than stock and rules of now would leave it, but whoever wants emails has one for all that asks for any.
-- In a large shop for a sample of users: all lists beside all pools are more rows than any step makes.
{% set sample = key_sample(ref('int_ranking_pool'), ['user_key']) or 'user_key > 0' %}
with available as (

    select
        lists.list_key,
        lists.placement,
        lists.user_id,
        least(max(lists.list_size), count(case when withheld.user_key is null then 1 end)) as item_count
    from {{ ref('int_placement_users') }} as lists
    inner join {{ ref('int_ranking_pool') }} as pool
        on lists.user_key = pool.user_key
    left join {{ ref('int_withheld_candidates') }} as withheld
        on
            pool.user_key = withheld.user_key
            and pool.item_key = withheld.item_key
    left join {{ ref('int_ruled_candidates') }} as ruled
        on
            lists.list_key = ruled.list_key
            and pool.item_key = ruled.item_key
    where
        (lists.welcomes_repeats or pool.times_bought = 0)
        and not {{ is_followed(ref('int_followed_items'), 'pool', 'lists') }}
        and ruled.exclude_priority is null
        and lists.{{ sample }}
    group by lists.list_key, lists.placement, lists.user_id

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
        users.email_consent,
        coalesce(max(lists.listed_at) = as_of.as_of, true) as is_of_this_run
    from {{ ref('stg_users') }} as users
    cross join {{ ref('stg_as_of') }} as as_of
    left join {{ ref('int_placement_lists') }} as lists
        on users.user_id = lists.user_id
    group by users.user_id, users.email_consent, as_of.as_of

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
    and (users.is_of_this_run or (listed.user_id is null and users.email_consent = 'subscribed'))
