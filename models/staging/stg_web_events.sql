select
    event_id,
    event_type,
    user_id,
    anonymous_id,
    session_id,
    item_id,
    category,
    search_query,
    device_type,
    dwell_seconds,
    occurred_at
from {{ ref('checked_web_events') }}
where reject_reasons = ''
