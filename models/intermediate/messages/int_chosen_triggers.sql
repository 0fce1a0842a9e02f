-- Of what is due the trigger that matters most, of those that were not answered with an email yet, are not cooling
-- down, were not deferred for too long, and have a list whose first block says what they are about.
with due as (

    select
        due_triggers.*,
        triggers.strategies,
        triggers.deferral_hours,
        case when triggers.shows_its_item then due_triggers.item_id end as shown_item_id
    from {{ ref('int_due_triggers') }} as due_triggers
    inner join {{ ref('triggers') }} as triggers
        on due_triggers.trigger_type = triggers.trigger_type

),

answered as (

    select * from {{ ref('int_answered_messages') }}

),

answered_messages as (

    select distinct message_id
    from answered
    where message_id is not null

),

last_answers as (

    select
        user_id,
        trigger_type,
        max(mailed_at) as mailed_at
    from answered
    where trigger_type is not null
    group by user_id, trigger_type

),

-- the cap was reached when a message became due, or later
caps as (

    select
        answered.user_id,
        max(answered.mailed_at) as mailed_at,
        max(user_addresses.gap_days) as gap_days
    from answered
    inner join {{ ref('int_user_addresses') }} as user_addresses
        on answered.user_id = user_addresses.user_id
    group by answered.user_id

),

answered_by_others as (

    select
        last_answers.user_id,
        others.trigger_type,
        max(last_answers.mailed_at) as mailed_at
    from last_answers
    inner join {{ ref('triggers') }} as triggers
        on last_answers.trigger_type = triggers.trigger_type
    inner join {{ ref('triggers') }} as others
        on concat('|', triggers.answers_too, '|') like concat('%|', others.trigger_type, '|%')
    group by last_answers.user_id, others.trigger_type

),

listed as (

    select distinct
        due.user_id,
        due.trigger_type
    from due
    inner join {{ ref('int_recommendations') }} as recommendations
        on
            due.user_id = recommendations.user_id
            and due.placement = recommendations.placement
    where
        due.strategies is null
        or (
            recommendations.block = 'primary'
            and concat('|', due.strategies, '|') like concat('%|', recommendations.strategy, '|%')
            and recommendations.item_id = coalesce(due.shown_item_id, recommendations.item_id)
        )

)

select
    due.user_id,
    due.trigger_type,
    due.occasion,
    due.message_id,
    due.placement,
    due.shown_item_id,
    due.due_at
from due
inner join listed
    on
        due.user_id = listed.user_id
        and due.trigger_type = listed.trigger_type
left join last_answers
    on
        due.user_id = last_answers.user_id
        and due.trigger_type = last_answers.trigger_type
left join answered_messages
    on due.message_id = answered_messages.message_id
left join answered_by_others
    on
        due.user_id = answered_by_others.user_id
        and due.trigger_type = answered_by_others.trigger_type
left join caps
    on due.user_id = caps.user_id
cross join {{ ref('stg_as_of') }} as as_of
where
    answered_messages.message_id is null
    and (answered_by_others.mailed_at is null or answered_by_others.mailed_at <= due.happened_at)
    and (
        caps.mailed_at is null
        or caps.mailed_at <= {{ dbt.dateadd('day', '-1 * caps.gap_days', 'due.due_at') }}
        or as_of.as_of <= {{ dbt.dateadd('hour', 'due.deferral_hours', 'due.due_at') }}
    )
    and (
        last_answers.mailed_at is null
        or last_answers.mailed_at <= {{ dbt.dateadd('day', '-1 * due.cool_down_days', 'as_of.as_of') }}
    )
qualify row_number() over (partition by due.user_id order by due.priority, due.trigger_type) = 1
