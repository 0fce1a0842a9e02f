-- Experiments that change the same of an email share no users (assert_experiments_run_together).
with chosen as (

    select * from {{ ref('int_chosen_triggers') }}

),

arms as (

    select * from {{ ref('int_experiment_arms') }}
    where
        is_running
        and channel = 'email'

)

select
    chosen.user_id,
    {% for lever in ['subject', 'layout', 'items_primary', 'items', 'send_delay_hours', 'offer'] %}
        max(arms.{{ lever }}) as {{ lever }},
    {% endfor %}
    -- such experiments share a layer, and no message is in two of them
    max(case when arms.assigned_by = 'adaptive' then arms.experiment end) as adaptive_experiment,
    max(case when arms.assigned_by = 'adaptive' then arms.arm end) as adaptive_arm,
    max(case when arms.assigned_by = 'adaptive' then experiment_users.arm_share end) as arm_share,
    {{ dbt.listagg('arms.experiment', "'|'", 'order by arms.experiment') }} as experiment,
    {{ dbt.listagg('arms.arm', "'|'", 'order by arms.experiment') }} as arm
from chosen
inner join {{ ref('int_experiment_users') }} as experiment_users
    on chosen.user_id = experiment_users.user_id
inner join arms
    on
        experiment_users.experiment = arms.experiment
        and experiment_users.arm = arms.arm
        and coalesce(chosen.placement = arms.placement, true)
        and coalesce(chosen.trigger_type = arms.trigger_type, true)
group by chosen.user_id
