-- Sorted by user, as int_candidate_users.
with exclusions as (

    select
        user_id,
        item_id,
        'bought_recently' as reason
    from {{ ref('int_bought_recently') }}
    union all
    select
        user_id,
        item_id,
        'shown_without_click' as reason
    from {{ ref('int_shown_without_click') }}

)

select
    user_keys.user_key,
    item_keys.item_key,
    -- of both the first in the alphabet, as it happens, says more
    min(exclusions.reason) as reason
from exclusions
inner join {{ ref('int_user_keys') }} as user_keys
    on exclusions.user_id = user_keys.user_id
inner join {{ ref('int_item_keys') }} as item_keys
    on exclusions.item_id = item_keys.item_id
group by user_keys.user_key, item_keys.item_key
order by user_keys.user_key
