-- What the run wrote down of its draw that queued the message last before it was sent: a later run may have queued it
-- once more, with another arm, while nobody had told it yet. Each message has the same time to be clicked, over before
-- the day of the run begins: so its draws stay what they are while events come in.
{{ config(materialized='view') }}
{% set days_to_answer = constants().days_to_answer %}

with drawn as (

    select
        queued.adaptive_experiment,
        queued.message_id,
        queued.user_id,
        queued.segment,
        queued.adaptive_arm,
        queued.arm_share,
        touches.touched_at,
        touches.clicked_at
    from {{ ref('stg_queued_messages') }} as queued
    inner join {{ ref('int_experiment_touches') }} as touches
        on
            queued.message_id = touches.message_id
            and queued.user_id = touches.user_id
            and queued.as_of <= touches.touched_at
    qualify row_number() over (partition by queued.message_id, queued.user_id order by queued.as_of desc) = 1

)

select
    drawn.adaptive_experiment as experiment,
    drawn.message_id,
    drawn.user_id,
    coalesce(drawn.segment, 'unknown') as context,
    drawn.adaptive_arm as arm,
    drawn.arm_share,
    drawn.touched_at,
    case
        when drawn.clicked_at < {{ dbt.dateadd('day', days_to_answer, 'drawn.touched_at') }} then 1
        else 0
    end as is_clicked
from drawn
cross join {{ ref('stg_as_of') }} as as_of
where
    drawn.adaptive_experiment is not null
    and drawn.arm_share > 0
    and drawn.touched_at < {{ dbt.dateadd('day', -1 * days_to_answer, dbt.date_trunc('day', 'as_of.as_of')) }}
