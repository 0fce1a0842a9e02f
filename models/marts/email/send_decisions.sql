select
    user_id,
    decision,
    reason,
    as_of
from {{ ref('int_send_decisions') }}
