{# What `recmail power` asks: the macros of the models, on the emails of the last 90 days. #}
{% set look_back_days = 90 %}

with plan as (

    select
        cast(:baseline as double) as baseline,
        cast(:lift as double) as lift,
        cast(:power as double) as power,
        cast(:alpha as double) / (:arms - 1) as alpha

),

sizes as (

    select
        *,
        {{ users_per_arm('baseline', 'lift', 'power', 'alpha') }} as users_for_one_look,
        {{ normal_quantile('(1 - alpha / 2)') }} as width_of_one_look,
        {{ sequential_width(var('experiment_planned_users'), 'alpha') }} as width_of_daily_looks,
        {{ normal_quantile('power') }} as width_of_power
    from plan

),

-- by when so many users had been mailed, counted back from as_of: an experiment that begins now reaches them as quickly
reached as (

    select
        touches.user_id,
        row_number() over (order by max(touches.touched_at) desc) as user_number,
        max(touches.touched_at) as touched_at
    from {{ ref('int_experiment_touches') }} as touches
    cross join {{ ref('stg_as_of') }} as as_of
    where
        touches.channel = 'email'
        and touches.touched_at > {{ dbt.dateadd('day', -1 * look_back_days, 'as_of.as_of') }}
    group by touches.user_id

),

needed as (

    select
        *,
        ceil(users_for_one_look) as one_look,
        -- of a look at the planned end alone: looks before it only add to the power
        ceil(
            users_for_one_look
            * power((width_of_daily_looks + width_of_power) / (width_of_one_look + width_of_power), 2)
        ) as daily_looks,
        (select count(*) from reached) as mailed_count
    from sizes

)

select
    needed.one_look,
    needed.daily_looks,
    needed.mailed_count,
    max(
        case
            when reached.user_number <= needed.daily_looks * :arms
                then {{ dbt.datediff('reached.touched_at', 'as_of.as_of', 'second') }} / 86400.0
        end
    ) as days,
    -- what can be seen with all of them, looked at every day
    (needed.width_of_daily_looks + needed.width_of_power)
    * sqrt(2 * (1 - needed.baseline) / (needed.baseline * nullif(needed.mailed_count, 0) / :arms)) as visible_lift
from needed
cross join {{ ref('stg_as_of') }} as as_of
left join reached
    on true
group by all
