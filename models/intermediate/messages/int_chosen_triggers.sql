-- Of what is due the trigger that matters most, of those that were not answered with an email yet, are not cooling
-- down, and have a list whose first block says what they are about.
with due as (

    select
        due_triggers.*,
        triggers.strategies,
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
left join answered_messages
    on due.message_id = answered_messages.message_id
left join last_answers
    on
        due.user_id = last_answers.user_id
        and due.trigger_type = last_answers.trigger_type
cross join {{ ref('stg_as_of') }} as as_of
where
    answered_messages.message_id is null
    and (
        last_answers.mailed_at is null
        or last_answers.mailed_at <= {{ dbt.dateadd('day', '-1 * due.cool_down_days', 'as_of.as_of') }}
    )
qualify row_number() over (partition by due.user_id order by due.priority, due.trigger_type) = 1
