-- One row per trigger, and for all of them (null), and step: all users, those held by each reason, those to be mailed.
with counts as (

    select
        coalesce(trigger_type, 'none') as trigger_type,
        decision,
        reason,
        user_count
    from decision_waterfall

),

sums as (

    select
        trigger_type,
        decision,
        reason,
        sum(user_count) as user_count
    from counts
    group by grouping sets ((trigger_type, decision, reason), (decision, reason))

),

steps as (

    select
        trigger_type,
        0 as stage,
        'all users' as step_text,
        'users' as kind,
        sum(user_count) as user_count
    from sums
    group by trigger_type
    union all
    select
        trigger_type,
        1 as stage,
        coalesce(replace(reason, '_', ' '), 'unknown') as step_text,
        'held' as kind,
        user_count
    from sums
    where decision = 'hold'
    union all
    select
        trigger_type,
        2 as stage,
        'to be mailed' as step_text,
        'mailed' as kind,
        coalesce(sum(user_count) filter (where decision = 'send'), 0) as user_count
    from sums
    group by trigger_type

),

ranked as (

    select
        *,
        row_number() over (partition by trigger_type order by stage, user_count desc, step_text) as step,
        max(user_count) over (partition by trigger_type) - sum(case when stage = 1 then user_count else 0 end) over (
            partition by trigger_type
            order by stage, user_count desc, step_text
            rows between unbounded preceding and current row
        ) as left_count
    from steps

)

select
    trigger_type,
    step,
    step_text,
    kind,
    user_count,
    case when stage = 1 then left_count else 0 end as bar_start,
    case when stage = 1 then left_count + user_count else user_count end as bar_end
from ranked
order by trigger_type nulls first, step
