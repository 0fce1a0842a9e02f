-- The latest look at an item, unless anything was ordered since.
select
    looks.user_id,
    looks.event_id as occasion,
    looks.occurred_at as happened_at,
    looks.item_id
from {{ ref('int_web_interactions') }} as looks
inner join {{ ref('int_user_activity') }} as activity
    on looks.user_id = activity.user_id
where
    looks.event_type = 'item_view'
    and (activity.last_ordered_at is null or activity.last_ordered_at < looks.occurred_at)
qualify row_number() over (partition by looks.user_id order by looks.occurred_at desc, looks.event_id) = 1
