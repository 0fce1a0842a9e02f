with messages as (

    select * from {{ ref('stg_send_log') }}

)

select
    message_id,
    user_id,
    trigger_type,
    segment,
    arm,
    state,
    reason,
    transport,
    attempts,
    repeats,
    items,
    queued_at,
    send_at,
    handed_over_at,
    sent_at,
    ended_at,
    as_of
from messages
