select
    user_id,
    decision,
    reason,
    trigger_type,
    message_id,
    as_of
from {{ ref('int_send_decisions') }}
