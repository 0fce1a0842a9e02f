-- CUPED (Deng, Xu, Kohavi & Walker, WSDM 2013): what users did before explains part of what they do now, and is taken
-- out with the slope that arms have in common; of ratios, through what each user adds to them (delta method).
{% set error_rate = var('experiment_error_rate') %}

with sums as (

    select * from {{ ref('int_experiment_sums') }}

),

moments as (

    select
        sums.*,
        sum_x / nullif(sum_y, 0) as ratio,
        {{ ratio_variance('sums') }} as ratio_variance,
        {{ covariance('sums', 'p', 'p') }} as before_variance,
        ({{ covariance('sums', 'x', 'p') }} - sum_x / nullif(sum_y, 0) * {{ covariance('sums', 'y', 'p') }})
        * user_count / nullif(sum_y, 0) as shared_covariance
    from sums

),

slopes as (

    select
        *,
        coalesce(
            sum((user_count - 1) * shared_covariance) over arms
            / nullif(sum((user_count - 1) * before_variance) over arms, 0),
            0
        ) as slope,
        sum(sum_p) over arms / sum(user_count) over arms as mean_before
    from moments
    window arms as (partition by experiment, segment, metric)

),

adjusted as (

    select
        *,
        ratio - slope * (sum_p / user_count - mean_before) as estimate,
        ratio_variance
        + (slope * slope * coalesce(before_variance, 0) - 2 * slope * coalesce(shared_covariance, 0)) / user_count
            as estimate_variance
    from slopes

),

baselines as (

    select adjusted.*
    from adjusted
    inner join {{ ref('int_experiment_arms') }} as arms
        on
            adjusted.experiment = arms.experiment
            and adjusted.arm = arms.arm
    where arms.is_baseline

),

-- of the lift, too, by the delta method: both its numerator and its denominator are estimates
compared as (

    select
        adjusted.*,
        baselines.estimate as baseline,
        baselines.arm as baseline_arm,
        least(adjusted.conversion_count, baselines.conversion_count) as fewer_conversions,
        adjusted.user_count + baselines.user_count as users_compared,
        (adjusted.estimate - baselines.estimate)
        / nullif(sqrt(adjusted.estimate_variance + baselines.estimate_variance), 0) as z,
        adjusted.estimate / nullif(baselines.estimate, 0) - 1 as lift,
        sqrt(
            adjusted.estimate_variance
            + baselines.estimate_variance * power(adjusted.estimate / nullif(baselines.estimate, 0), 2)
        ) / nullif(abs(baselines.estimate), 0) as lift_error
    from adjusted
    inner join baselines
        on
            adjusted.experiment = baselines.experiment
            and adjusted.segment = baselines.segment
            and adjusted.metric = baselines.metric

),

tested as (

    select
        *,
        case when arm <> baseline_arm then 2 * ({{ normal_cdf('(-abs(z))') }}) end as p_value,
        case when arm <> baseline_arm then {{ sequential_p_value('z', 'users_compared') }} end as sequential_p_value,
        count(case when arm <> baseline_arm and z is not null then 1 end) over (
            partition by experiment, metric, segment = 'all'
        ) as comparison_count
    from compared

),

ranked as (

    select
        *,
        row_number() over (
            partition by experiment, metric, segment = 'all', sequential_p_value is null
            order by sequential_p_value, segment, arm
        ) as p_rank
    from tested

)

-- Holm, "A simple sequentially rejective multiple test procedure", 1979; intervals by Bonferroni
select
    experiment,
    segment,
    metric,
    arm,
    user_count,
    conversion_count,
    fewer_conversions,
    estimate,
    ratio as unadjusted_estimate,
    baseline,
    1 - estimate_variance / nullif(ratio_variance, 0) as variance_removed,
    z,
    {% for name in ['lift', 'lift_error'] %}
        case when arm <> baseline_arm then {{ name }} end as {{ name }},
    {% endfor %}
    {% for name, sign in {'low': '-', 'high': '+'}.items() %}
        case
            when arm <> baseline_arm
                then lift {{ sign }} ({{ normal_quantile('(1 - cast(' ~ error_rate ~ ' as double) / 2)') }}) * lift_error
        end as lift_{{ name }},
        case
            when arm <> baseline_arm
                then
                    lift
                    {{ sign }} {{ sequential_width('users_compared', error_rate ~ ' / greatest(comparison_count, 1)') }}
                    * lift_error
        end as sequential_lift_{{ name }},
    {% endfor %}
    p_value,
    sequential_p_value,
    case
        when sequential_p_value is not null then least(
            max((comparison_count - p_rank + 1) * sequential_p_value) over (
                partition by experiment, metric, segment = 'all', sequential_p_value is null
                order by p_rank
                rows between unbounded preceding and current row
            ),
            1
        )
    end as adjusted_p_value
from ranked
