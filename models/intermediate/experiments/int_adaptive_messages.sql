-- What the last run that queued the message wrote down of its draw: the arm, and the chance that the arm had.
{{ config(materialized='view') }}
{% set days_to_answer = 3 %}

with queued as (

    select * from {{ ref('stg_queued_messages') }}
    qualify row_number() over (partition by message_id order by as_of desc) = 1

)

select
    queued.adaptive_experiment as experiment,
    queued.message_id,
    queued.user_id,
    coalesce(queued.segment, 'unknown') as context,
    queued.adaptive_arm as arm,
    queued.arm_share,
    touches.touched_at,
    touches.is_clicked
from queued
inner join {{ ref('int_experiment_touches') }} as touches
    on
        queued.message_id = touches.message_id
        and queued.user_id = touches.user_id
cross join {{ ref('stg_as_of') }} as as_of
where
    queued.adaptive_experiment is not null
    and queued.arm_share > 0
    -- the day's draws are of one piece; and whoever was mailed lately may still click
    and touches.touched_at < {{ dbt.dateadd('day', -1 * days_to_answer, dbt.date_trunc('day', 'as_of.as_of')) }}
