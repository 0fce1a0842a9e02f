-- In the finished lists, what exploration drew among them: nothing that is excluded, and what is pinned in its place.
with shown as (

    select
        lists.list_key,
        lists.list_size,
        shown.item_key,
        shown.position
    from {{ ref('int_placement_lists') }} as shown
    inner join {{ ref('int_placement_users') }} as lists
        on
            shown.placement = lists.placement
            and shown.user_key = lists.user_key

)

select
    ruled.list_key,
    ruled.item_key,
    coalesce(ruled.exclude_priority, ruled.pin_priority) as priority,
    shown.position
from {{ ref('int_ruled_candidates') }} as ruled
inner join {{ ref('int_placement_users') }} as lists
    on ruled.list_key = lists.list_key
left join shown
    on
        ruled.list_key = shown.list_key
        and ruled.item_key = shown.item_key
where
    (ruled.exclude_priority is not null and shown.item_key is not null)
    or (
        ruled.pin_number > 0
        and ruled.free_before + ruled.pin_number <= lists.list_size
        and coalesce(shown.position, 0) <> ruled.free_before + ruled.pin_number
    )
