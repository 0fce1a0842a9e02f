-- The latest look at an item, unless anything was ordered since.
select
    views.user_id,
    views.event_id as occasion,
    views.occurred_at as happened_at,
    views.item_id
from {{ ref('int_web_interactions') }} as views
inner join {{ ref('int_user_activity') }} as activity
    on views.user_id = activity.user_id
where
    views.event_type = 'item_view'
    and (activity.last_ordered_at is null or activity.last_ordered_at < views.occurred_at)
qualify row_number() over (partition by views.user_id order by views.occurred_at desc, views.event_id) = 1
