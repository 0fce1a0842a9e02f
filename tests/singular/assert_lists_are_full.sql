-- Every user gets `recommendations_per_user` rows, or as many as there are items that neither history, nor the user,
-- nor an item rule rules out.
with available as (

    select count(*) as item_count
    from {{ ref('int_item_availability') }}
    where unavailable_reason is null and not is_for_reorders

),

recent as (

    select
        user_id,
        count(*) as item_count
    from {{ ref('int_bought_recently') }}
    group by user_id

),

unwanted as (

    select
        user_keys.user_id,
        count(distinct targets.item_key) as item_count
    from {{ ref('int_user_exclusions') }} as exclusions
    inner join {{ ref('int_item_targets') }} as targets
        on exclusions.target_key = targets.target_key
    inner join {{ ref('int_user_keys') }} as user_keys
        on exclusions.user_key = user_keys.user_key
    group by user_keys.user_id

),

-- for whomever: a rule may be for a segment, and at_most leaves some
held_back as (

    select count(distinct item_key) as item_count
    from {{ ref('int_item_rules') }}
    where action in ('exclude', 'at_most') and coalesce(placement, 'email_digest') = 'email_digest'

),

lists as (

    select
        user_id,
        count(*) as row_count
    from {{ ref('user_recommendations') }}
    group by user_id

)

select users.user_id
from {{ ref('stg_users') }} as users
cross join available
cross join held_back
left join recent
    on users.user_id = recent.user_id
left join unwanted
    on users.user_id = unwanted.user_id
left join lists
    on users.user_id = lists.user_id
where
    coalesce(lists.row_count, 0)
    < least(
        {{ var('recommendations_per_user') }},
        available.item_count - coalesce(recent.item_count, 0) - coalesce(unwanted.item_count, 0)
        - held_back.item_count
    )
