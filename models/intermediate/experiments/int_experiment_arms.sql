-- Experiments of the seeds that are switched on, and those that only input experiment_assignments knows: their arms
-- weigh the same, and are compared with the one called control or baseline, else with the first by name.
with seeded as (

    select
        experiments.*,
        arms.arm,
        arms.is_baseline,
        arms.weight,
        arms.subject,
        arms.layout,
        arms.items_primary,
        arms.items,
        case when arms.strategies is not null then concat(arms.experiment, '.', arms.arm) end as play,
        arms.send_delay_hours,
        arms.offer,
        cast(experiments.starts_on as timestamp) as starts_at,
        cast({{ dbt.dateadd('day', 1, 'cast(experiments.ends_on as timestamp)') }} as timestamp) as ends_at,
        coalesce(placements.channel, 'email') as channel
    from {{ ref('experiments') }} as experiments
    inner join {{ ref('experiment_arms') }} as arms
        on experiments.experiment = arms.experiment
    left join {{ ref('placements') }} as placements
        on experiments.placement = placements.placement
    where experiments.is_on

),

told as (

    select
        assignments.experiment,
        assignments.arm,
        min(assignments.assigned_at) as starts_at
    from {{ ref('stg_experiment_assignments') }} as assignments
    left join {{ ref('experiments') }} as experiments
        on assignments.experiment = experiments.experiment
    where experiments.experiment is null
    group by assignments.experiment, assignments.arm

),

arms as (

    select
        experiment,
        assigned_by,
        layer,
        traffic_from,
        traffic_to,
        channel,
        placement,
        trigger_type,
        metric,
        starts_at,
        ends_at,
        arm,
        is_baseline,
        weight,
        subject,
        layout,
        items_primary,
        items,
        play,
        send_delay_hours,
        offer
    from seeded
    union all
    select
        experiment,
        'input' as assigned_by,
        null as layer,
        null as traffic_from,
        null as traffic_to,
        'email' as channel,
        null as placement,
        null as trigger_type,
        {{ literal(experiment_metrics()[0].name) }} as metric,
        min(starts_at) over (partition by experiment) as starts_at,
        null as ends_at,
        arm,
        row_number() over (
            partition by experiment order by case when arm in ('control', 'baseline') then 0 else 1 end, arm
        ) = 1 as is_baseline,
        1 as weight,
        null as subject,
        null as layout,
        null as items_primary,
        null as items,
        null as play,
        null as send_delay_hours,
        null as offer
    from told

)

select
    arms.*,
    cast(arms.weight as double) / cast(sum(arms.weight) over (partition by arms.experiment) as double) as arm_share,
    -- where the arm's part of the draws ends
    cast(sum(arms.weight) over (partition by arms.experiment order by arms.arm rows unbounded preceding) as double)
    / cast(sum(arms.weight) over (partition by arms.experiment) as double) as share_reached,
    count(*) over (partition by arms.experiment) as arm_count,
    count(arms.play) over (partition by arms.experiment)
    + count(arms.items) over (partition by arms.experiment)
    + count(arms.items_primary) over (partition by arms.experiment) > 0 as acts_on_lists,
    as_of.as_of >= arms.starts_at and coalesce(as_of.as_of < arms.ends_at, true) as is_running
from arms
cross join {{ ref('stg_as_of') }} as as_of
