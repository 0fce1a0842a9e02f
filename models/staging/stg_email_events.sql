select
    event_id,
    event_type,
    user_id,
    message_id,
    item_id,
    url,
    bounce_type,
    user_agent,
    is_machine,
    occurred_at
from {{ ref('checked_email_events') }}
where reject_reasons = ''
