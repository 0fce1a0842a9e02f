with visits as (

    -- a visit counts once; events without a session stand for themselves
    select
        interactions.user_id,
        web_events.device_type,
        coalesce(web_events.session_id, web_events.event_id) as session_id,
        max(web_events.occurred_at) as last_seen_at
    from {{ ref('int_web_interactions') }} as interactions
    inner join {{ ref('stg_web_events') }} as web_events
        on interactions.event_id = web_events.event_id
    where web_events.device_type is not null
    group by
        interactions.user_id,
        web_events.device_type,
        coalesce(web_events.session_id, web_events.event_id)

)

select
    user_id,
    device_type as favourite_device
from visits
group by user_id, device_type
qualify row_number() over (
    partition by user_id
    order by count(*) desc, max(last_seen_at) desc, device_type
) = 1
