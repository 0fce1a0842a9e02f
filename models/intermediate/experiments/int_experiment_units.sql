-- Who never met the experiment says nothing of it and would dilute it. What is counted begins with the first email or
-- impression that the arm could have changed; what CUPED takes out ends there, and so does the history by which results
-- are broken down, since the arm may have changed everything later.
with arms as (

    select * from {{ ref('int_experiment_arms') }}
    -- in an adaptive one users change their arm: see policy_estimates
    where assigned_by is distinct from 'adaptive'

),

-- an ESP that keeps no id of ours doesn't say which trigger a message answered: it counts
touched as (

    select
        users.experiment,
        users.user_id,
        users.arm,
        users.is_in_several_arms,
        arms.ends_at,
        touches.touched_at,
        touches.is_opened,
        touches.is_clicked,
        touches.is_unsubscribed,
        touches.is_complained,
        min(case when touches.touched_at >= users.assigned_at then touches.touched_at end) over (
            partition by users.experiment, users.user_id
        ) as met_at
    from {{ ref('int_experiment_users') }} as users
    inner join arms
        on
            users.experiment = arms.experiment
            and users.arm = arms.arm
    inner join {{ ref('int_experiment_touches') }} as touches
        on
            users.user_id = touches.user_id
            and arms.channel = touches.channel
            and coalesce(arms.placement = touches.placement, true)
            and coalesce(arms.trigger_type = touches.trigger_type, true)
            and coalesce(arms.ends_at > touches.touched_at, true)

),

since as (

    select
        *,
        {{ dbt.dateadd('day', -1 * var('experiment_lookback_days'), 'met_at') }} as counted_from
    from touched
    where met_at is not null

),

met as (

    select
        experiment,
        user_id,
        arm,
        is_in_several_arms,
        ends_at,
        met_at,
        counted_from,
        sum(case when touched_at >= met_at then 1 else 0 end) as touch_count,
        {% for name, count in {'is_opened': 'opened', 'is_clicked': 'clicked'}.items() %}
            sum(case when touched_at >= met_at then {{ name }} else 0 end) as {{ count }}_count,
            sum(case when touched_at < met_at and touched_at >= counted_from then {{ name }} else 0 end)
                as {{ count }}_before,
        {% endfor %}
        max(case when touched_at >= met_at then is_unsubscribed else 0 end) as is_unsubscribed,
        max(case when touched_at >= met_at then is_complained else 0 end) as is_complained
    from since
    group by experiment, user_id, arm, is_in_several_arms, ends_at, met_at, counted_from

),

orders as (

    select
        user_id,
        order_id,
        min(ordered_at) as ordered_at,
        sum(net_amount) as net_amount
    from {{ ref('int_purchases') }}
    where user_id is not null
    group by user_id, order_id

),

ordered as (

    select
        met.experiment,
        met.user_id,
        sum(case when orders.ordered_at >= met.met_at then 1 else 0 end) as order_count,
        sum(case when orders.ordered_at >= met.met_at then orders.net_amount else 0 end) as revenue_amount,
        sum(case when orders.ordered_at < met.met_at then 1 else 0 end) as earlier_order_count,
        sum(case when orders.ordered_at < met.met_at and orders.ordered_at >= met.counted_from then 1 else 0 end)
            as orders_before,
        sum(
            case
                when orders.ordered_at < met.met_at and orders.ordered_at >= met.counted_from then orders.net_amount
                else 0
            end
        ) as revenue_before
    from met
    inner join orders
        on
            met.user_id = orders.user_id
            and coalesce(met.ends_at > orders.ordered_at, true)
    group by met.experiment, met.user_id

)

select
    met.experiment,
    met.user_id,
    met.arm,
    met.is_in_several_arms,
    met.met_at,
    case
        when coalesce(ordered.earlier_order_count, 0) = 0 then 'never_ordered'
        when ordered.earlier_order_count = 1 then 'ordered_once'
        else 'ordered_often'
    end as segment,
    met.touch_count,
    met.opened_count,
    met.clicked_count,
    met.is_unsubscribed,
    met.is_complained,
    coalesce(ordered.order_count, 0) as order_count,
    case when ordered.order_count > 0 then 1 else 0 end as is_buyer,
    cast(coalesce(ordered.revenue_amount, 0) as decimal(18, 4)) as revenue_amount,
    met.opened_before,
    met.clicked_before,
    coalesce(ordered.orders_before, 0) as orders_before,
    cast(coalesce(ordered.revenue_before, 0) as decimal(18, 4)) as revenue_before
from met
left join ordered
    on
        met.experiment = ordered.experiment
        and met.user_id = ordered.user_id
