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

mailed as (

    select
        message_id,
        max(happened_at) as mailed_at
    from {{ ref('int_email_outcomes') }}
    where
        outcome = 'mailed'
        and message_id is not null
    group by message_id

),

-- when a trigger last reached the user, as far as email_events name the messages that earlier runs queued
last_mailed as (

    select
        queued.user_id,
        queued.trigger_type,
        max(mailed.mailed_at) as mailed_at
    from {{ ref('stg_queued_messages') }} as queued
    inner join mailed
        on queued.message_id = mailed.message_id
    group by queued.user_id, queued.trigger_type

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
left join mailed
    on due.message_id = mailed.message_id
left join last_mailed
    on
        due.user_id = last_mailed.user_id
        and due.trigger_type = last_mailed.trigger_type
cross join {{ ref('stg_as_of') }} as as_of
where
    mailed.message_id is null
    and (
        last_mailed.mailed_at is null
        or last_mailed.mailed_at <= {{ dbt.dateadd('day', '-1 * due.cool_down_days', 'as_of.as_of') }}
    )
qualify row_number() over (partition by due.user_id order by due.priority, due.trigger_type) = 1
