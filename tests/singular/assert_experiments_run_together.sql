-- Two experiments that run at the same time may share users, unless they change the same of one list or email, or claim
-- the same part of their layer: then nobody could say which of them did it.
{% set levers = ['subject', 'layout', 'items_primary', 'items', 'strategies', 'send_delay_hours', 'offer'] %}

with experiments as (

    select
        experiments.*,
        cast(experiments.starts_on as date) as first_day,
        coalesce(cast(experiments.ends_on as date), cast('9999-12-31' as date)) as last_day
    from {{ ref('experiments') }} as experiments
    where experiments.is_on

),

levers as (

    select
        experiment,
        {% for lever in levers %}
            count({{ lever }}) > 0 as changes_{{ lever }},
        {% endfor %}
        count(*) as arm_count,
        count(case when is_baseline then 1 end) as baseline_count
    from {{ ref('experiment_arms') }}
    group by experiment

),

described as (

    select
        experiments.*,
        {% for lever in levers %}
            levers.changes_{{ lever }},
        {% endfor %}
        levers.arm_count,
        levers.baseline_count
    from experiments
    left join levers
        on experiments.experiment = levers.experiment

),

pairs as (

    select
        first_one.experiment as first_experiment,
        second_one.experiment as second_experiment,
        first_one.layer = second_one.layer as share_a_layer,
        first_one.assigned_by = 'adaptive' and second_one.assigned_by = 'adaptive' as are_adaptive,
        first_one.traffic_from < second_one.traffic_to
        and first_one.traffic_to > second_one.traffic_from as share_traffic,
        (
            {% for lever in levers %}
                (first_one.changes_{{ lever }} and second_one.changes_{{ lever }}) {{ 'or' if not loop.last }}
            {% endfor %}
        )
        and coalesce(first_one.placement = second_one.placement, true)
        and coalesce(first_one.trigger_type = second_one.trigger_type, true) as share_a_lever
    from described as first_one
    inner join described as second_one
        on
            first_one.experiment < second_one.experiment
            and first_one.first_day <= second_one.last_day
            and first_one.last_day >= second_one.first_day

)

select
    concat(
        first_experiment, ' and ', second_experiment,
        case
            when share_a_layer then ': expected parts of their layer, traffic_from to traffic_to, that do not overlap'
            else ': expected one layer for both, since they change the same of one list or email'
        end
    ) as faults
from pairs
where
    (share_a_layer and share_traffic)
    or (share_a_lever and share_a_layer is not true)
union all
select concat(first_experiment, ' and ', second_experiment, ': expected one layer, since both adapt') as faults
from pairs
where
    are_adaptive
    and share_a_layer is not true
union all
select concat(described.experiment, ': expected a placement of emails or none, since it is adaptive') as faults
from described
inner join {{ ref('placements') }} as placements
    on described.placement = placements.placement
where
    described.assigned_by = 'adaptive'
    and placements.channel <> 'email'
union all
select concat(experiment, ': expected 2 to 10 arms, one of them the baseline') as faults
from described
where (arm_count between 2 and 10 and baseline_count = 1) is not true
union all
select concat(experiment, ': expected a placement and no trigger_type, since an arm changes a list') as faults
from described
where
    (placement is null or trigger_type is not null)
    and (changes_strategies or changes_items_primary or changes_items)
