-- The latest email for a trigger with follow-ups, and the follow-ups to it so far.
with mailed as (

    select
        queued.user_id,
        queued.message_id,
        queued.trigger_type,
        max_by(queued.layout, queued.as_of) as layout,
        min(queued.as_of) as queued_at,
        max(email_events.occurred_at) as mailed_at
    from {{ ref('stg_queued_messages') }} as queued
    inner join {{ ref('int_email_events') }} as email_events
        on queued.message_id = email_events.message_id
    where email_events.event_type in ('sent', 'delivered')
    group by queued.user_id, queued.message_id, queued.trigger_type

),

followed as (

    select
        mailed.*,
        triggers.follow_ups
    from mailed
    inner join {{ ref('triggers') }} as triggers
        on mailed.trigger_type = triggers.trigger_type
    where triggers.follow_ups > 0
    qualify row_number() over (partition by mailed.user_id order by mailed.mailed_at desc, mailed.message_id) = 1

)

select
    followed.user_id,
    followed.message_id as followed_message_id,
    followed.queued_at as followed_queued_at,
    followed.follow_ups,
    mailed.message_id,
    mailed.layout,
    mailed.mailed_at
from followed
inner join mailed
    on
        followed.user_id = mailed.user_id
        and (
            followed.message_id = mailed.message_id
            or (mailed.trigger_type = 'follow_up' and followed.mailed_at < mailed.mailed_at)
        )
