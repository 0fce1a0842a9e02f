select
    queued.message_id,
    queued.user_id,
    queued.trigger_type,
    queued.segment,
    queued.layout,
    queued.adaptive_experiment,
    queued.adaptive_arm,
    queued.arm_share,
    queued.as_of
from {{ source('state', 'queued_messages') }} as queued
inner join {{ ref('stg_users') }} as users
    on queued.user_id = users.user_id
cross join {{ ref('stg_as_of') }} as as_of
where queued.as_of < as_of.as_of
