{{ config(materialized='view') }}

with answered as (

    select * from {{ ref('int_answered_messages') }}
    where trigger_type is not null

),

triggers as (

    select * from {{ ref('triggers') }}

),

own as (

    select
        answered.user_id,
        answered.trigger_type,
        max(answered.mailed_at) as mailed_at,
        count(
            distinct case
                when answered.mailed_at > {{ dbt.dateadd('day', '-1 * triggers.cap_days', 'as_of.as_of') }}
                    then answered.message_id
            end
        ) as message_count
    from answered
    cross join {{ ref('stg_as_of') }} as as_of
    left join triggers
        on answered.trigger_type = triggers.trigger_type
    group by answered.user_id, answered.trigger_type

),

-- what an email for one trigger answers of others
others as (

    select
        own.user_id,
        others.trigger_type,
        max(own.mailed_at) as mailed_at
    from own
    inner join triggers
        on own.trigger_type = triggers.trigger_type
    inner join triggers as others
        on concat('|', triggers.answers_too, '|') like concat('%|', others.trigger_type, '|%')
    group by own.user_id, others.trigger_type

)

select
    coalesce(own.user_id, others.user_id) as user_id,
    coalesce(own.trigger_type, others.trigger_type) as trigger_type,
    own.mailed_at,
    coalesce(own.message_count, 0) as message_count,
    others.mailed_at as mailed_for_others_at
from own
full outer join others
    on
        own.user_id = others.user_id
        and own.trigger_type = others.trigger_type
