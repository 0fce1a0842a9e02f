-- A verdict needs an experiment that can be trusted, long and large enough, with no guardrail broken, and an
-- always-valid p-value, corrected for the number of arms, below the error rate.
{% set sample_ratio_limit, several_arms_limit = 0.001, 0.01 %}
{% set guardrails = [] %}
{% for metric in experiment_metrics() if metric.is_guardrail %}
    {% do guardrails.append(literal(metric.name)) %}
{% endfor %}

with arms as (

    select * from {{ ref('int_experiment_arms') }}
    where assigned_by is distinct from 'adaptive'

),

met as (

    select
        experiment,
        arm,
        count(*) as met_count,
        sum(case when is_in_several_arms then 1 else 0 end) as several_arms_count,
        min(met_at) as first_met_at
    from {{ ref('int_experiment_units') }}
    group by experiment, arm

),

counted as (

    select
        arms.experiment,
        arms.arm_count - 1 as degrees,
        coalesce(met.met_count - met.several_arms_count, 0) as user_count,
        arms.arm_share * sum(met.met_count - met.several_arms_count) over (partition by arms.experiment)
            as expected_count,
        met.met_count,
        met.several_arms_count,
        met.first_met_at
    from arms
    left join met
        on
            arms.experiment = met.experiment
            and arms.arm = met.arm

),

sizes as (

    select
        experiment,
        degrees,
        sum(power(user_count - expected_count, 2) / nullif(expected_count, 0)) as statistic,
        sum(several_arms_count) / nullif(cast(sum(met_count) as double), 0) as several_arms_share,
        min(first_met_at) as first_met_at
    from counted
    group by experiment, degrees

),

judged as (

    select
        compared.*,
        arms.is_baseline,
        compared.metric = arms.metric as is_primary,
        compared.metric in ({{ guardrails | join(', ') }}) as is_guardrail,
        (compared.z > 0) <> (compared.metric in ({{ guardrails | join(', ') }})) as is_better,  -- 0 has no lift
        coalesce(compared.adjusted_p_value < {{ var('experiment_error_rate') }}, false) as is_significant,
        {{ chi_square_tail('sizes.statistic', 'sizes.degrees') }} as sample_ratio_p_value,
        sizes.several_arms_share,
        {{ dbt.datediff('sizes.first_met_at', 'least(as_of.as_of, coalesce(arms.ends_at, as_of.as_of))', 'second') }}
        / 86400.0 as day_count,
        coalesce(as_of.as_of >= arms.ends_at, false) as is_over,
        as_of.as_of
    from {{ ref('int_experiment_statistics') }} as compared
    inner join arms
        on
            compared.experiment = arms.experiment
            and compared.arm = arms.arm
    inner join sizes
        on compared.experiment = sizes.experiment
    cross join {{ ref('stg_as_of') }} as as_of
    where compared.segment = 'all'

),

guarded as (

    select
        *,
        max(case when is_guardrail and is_significant and not is_better then 1 else 0 end) over (
            partition by experiment, arm
        ) = 1 as breaks_a_guardrail
    from judged

),

reasoned as (

    select
        *,
        case
            when is_baseline then null
            when sample_ratio_p_value < {{ sample_ratio_limit }} then 'sample_ratio_mismatch'
            when several_arms_share >= {{ several_arms_limit }} then 'seen_in_several_arms'
            when day_count < {{ var('experiment_days_min') }} and not is_guardrail then 'too_few_days'
            when fewer_conversions < {{ var('experiment_conversions_min') }} and not is_guardrail
                then 'too_few_conversions'
            when is_significant and is_better and breaks_a_guardrail then 'guardrail_broken'
            when not is_significant and not is_over then 'not_significant'
        end as why_not_yet
    from guarded

)

select
    experiment,
    metric,
    arm,
    is_primary,
    is_guardrail,
    cast(user_count as bigint) as user_count,
    conversion_count,
    estimate,
    unadjusted_estimate,
    baseline,
    lift,
    lift_low,
    lift_high,
    p_value,
    sequential_p_value,
    adjusted_p_value,
    sequential_lift_low,
    sequential_lift_high,
    variance_removed,
    sample_ratio_p_value,
    several_arms_share,
    cast(day_count as double) as day_count,
    case
        when is_baseline then 'baseline'
        when why_not_yet in ('sample_ratio_mismatch', 'seen_in_several_arms') then 'invalid'
        when why_not_yet is not null then 'not_yet'
        when not is_significant then 'no_difference_seen'
        when is_better then 'better'
        else 'worse'
    end as verdict,
    why_not_yet,
    as_of
from reasoned
