-- Of what is due the first that nothing speaks against is chosen: no answer yet, no order since, no cool-down, no cap
-- of the trigger's own, not deferred for too long, and a list whose first block says what it is about. Of whom this run
-- may not mail no such list is made, and none is asked for.
with due as (

    select
        due_triggers.*,
        triggers.strategies,
        triggers.deferral_hours,
        triggers.cap,
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

listed as (

    select distinct
        due.user_id,
        due.trigger_type
    from due
    inner join {{ ref('int_placement_lists') }} as lists
        on
            due.user_id = lists.user_id
            and due.placement = lists.placement
    where
        due.strategies is null
        or (
            lists.block = 'primary'
            and concat('|', due.strategies, '|') like concat('%|', lists.strategy, '|%')
            and lists.item_id = coalesce(due.shown_item_id, lists.item_id)
        )

),

judged as (

    select
        due.*,
        case
            when answered_messages.message_id is not null then 'already_mailed'
            when due.is_ordered_since then 'ordered_since'
            when answers.mailed_for_others_at > due.happened_at then 'answered_by_another'
            when answers.mailed_at > {{ dbt.dateadd('day', '-1 * due.cool_down_days', 'as_of.as_of') }} then 'cool_down'
            when coalesce(answers.message_count, 0) >= due.cap then 'trigger_cap'
            when
                caps.mailed_at > {{ dbt.dateadd('day', '-1 * caps.gap_days', 'due.due_at') }}
                and as_of.as_of > {{ dbt.dateadd('hour', 'due.deferral_hours', 'due.due_at') }}
                then 'expired'
            when mailable.user_id is not null and listed.user_id is null then 'nothing_to_recommend'
        end as held_by
    from due
    cross join {{ ref('stg_as_of') }} as as_of
    left join listed
        on
            due.user_id = listed.user_id
            and due.trigger_type = listed.trigger_type
    left join {{ ref('int_mailable_users') }} as mailable
        on due.user_id = mailable.user_id
    left join answered_messages
        on due.message_id = answered_messages.message_id
    left join {{ ref('int_trigger_answers') }} as answers
        on
            due.user_id = answers.user_id
            and due.trigger_type = answers.trigger_type
    left join caps
        on due.user_id = caps.user_id

)

select
    user_id,
    trigger_type,
    occasion,
    message_id,
    placement,
    shown_item_id,
    priority,
    due_at,
    row_number() over (
        partition by user_id
        order by priority, trigger_type
    ) as due_number,
    coalesce(
        held_by,
        case
            when
                row_number() over (
                    partition by user_id, held_by is null
                    order by priority, trigger_type
                ) = 1
                then 'chosen'
            else 'lower_priority'
        end
    ) as decision
from judged
