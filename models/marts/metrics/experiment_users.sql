select
    users.experiment,
    users.user_id,
    users.arm,
    arms.is_baseline,
    arms.assigned_by,
    arms.is_running,
    users.is_in_several_arms,
    users.assigned_at,
    units.met_at
from {{ ref('int_experiment_users') }} as users
inner join {{ ref('int_experiment_arms') }} as arms
    on
        users.experiment = arms.experiment
        and users.arm = arms.arm
left join {{ ref('int_experiment_units') }} as units
    on
        users.experiment = units.experiment
        and users.user_id = units.user_id
union all
-- who is held out today; all others are mailed, and have no row
select
    case when trigger_type is null then 'holdout' else concat('holdout:', trigger_type) end as experiment,
    user_id,
    'withheld' as arm,
    true as is_baseline,
    'holdout' as assigned_by,
    true as is_running,
    false as is_in_several_arms,
    as_of as assigned_at,
    cast(null as timestamp) as met_at
from {{ ref('int_held_out_users') }}
