-- Every user gets `recommendations_per_user` rows, or as many as there are items nobody's history rules out.
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
left join recent
    on users.user_id = recent.user_id
left join lists
    on users.user_id = lists.user_id
where
    coalesce(lists.row_count, 0)
    < least({{ var('recommendations_per_user') }}, available.item_count - coalesce(recent.item_count, 0))
