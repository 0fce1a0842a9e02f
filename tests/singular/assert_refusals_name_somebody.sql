{{ config(severity='warn') }}

-- Whoever said no is held, which takes a name: the event's own, or a message that went to one or a few. These name
-- nobody, or a campaign with one message_id for all; its senders should export user_id, or one message_id per email.
select
    outcome,
    message_id
from {{ ref('int_email_outcomes') }}
where
    outcome <> 'mailed'
    and user_id is null
