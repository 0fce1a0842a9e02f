-- Sorted by user, as all that candidates are made from.
select
    user_keys.user_key,
    targets.target_key
from {{ ref('stg_user_exclusions') }} as exclusions
inner join {{ ref('int_user_keys') }} as user_keys
    on exclusions.user_id = user_keys.user_id
inner join {{ ref('int_item_targets') }} as targets
    on
        exclusions.kind = targets.kind
        and exclusions.value = targets.value
group by user_keys.user_key, targets.target_key
order by user_keys.user_key
