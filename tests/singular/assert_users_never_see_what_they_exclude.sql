-- In no placement, and not as the reason for something else.
with unwanted as (

    select
        user_keys.user_id,
        item_keys.item_id
    from {{ ref('int_user_exclusions') }} as exclusions
    inner join {{ ref('int_item_targets') }} as targets
        on exclusions.target_key = targets.target_key
    inner join {{ ref('int_user_keys') }} as user_keys
        on exclusions.user_key = user_keys.user_key
    inner join {{ ref('int_item_keys') }} as item_keys
        on targets.item_key = item_keys.item_key

)

select
    shown.placement,
    shown.user_id,
    shown.position,
    unwanted.item_id
from {{ ref('int_recommendations') }} as shown
inner join unwanted
    on
        shown.user_id = unwanted.user_id
        and unwanted.item_id in (shown.item_id, shown.evidence_item_id)
