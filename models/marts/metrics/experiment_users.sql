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
