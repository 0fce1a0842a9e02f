select
    message_id,
    user_id,
    trigger_type,
    segment,
    arm,
    state,
    reason,
    transport,
    cast(attempts as integer) as attempts,
    cast(repeats as integer) as repeats,
    items,
    queued_at,
    send_at,
    handed_over_at,
    -- what may have arrived counts as sent, as in `recmail events`; what bounced later had left before
    case
        when state in ('handed_over', 'accepted', 'ambiguous') then coalesce(handed_over_at, send_at, queued_at)
        when state = 'failed' and reason like 'bounced%' then handed_over_at
    end as sent_at,
    ended_at,
    as_of
from {{ ref('checked_send_log') }}
where reject_reasons = ''
