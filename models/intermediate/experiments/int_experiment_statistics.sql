-- CUPED (Deng, Xu, Kohavi & Walker, WSDM 2013): what users did before explains part of what they do now, and is taken
-- out with the slope that arms have in common; of ratios, through what each user adds to them (delta method).
{% set error_rate = var('experiment_error_rate') %}
{% set one_look = normal_quantile('(1 - cast(' ~ error_rate ~ ' as double) / 2)') %}

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

-- of the lift, too, by the delta method: both its numerator and its denominator are estimates
compared as (

    select
        adjusted.*,
        arms.is_baseline,
        {% for column in ['estimate', 'estimate_variance', 'user_count', 'conversion_count'] %}
            max(case when arms.is_baseline then adjusted.{{ column }} end) over baseline as baseline_{{ column }},
        {% endfor %}
        count(case when not arms.is_baseline and adjusted.estimate is not null then 1 end) over comparisons
            as comparison_count
    from adjusted
    inner join {{ ref('int_experiment_arms') }} as arms
        on
            adjusted.experiment = arms.experiment
            and adjusted.arm = arms.arm
    window
        baseline as (partition by adjusted.experiment, adjusted.segment, adjusted.metric),
        comparisons as (partition by adjusted.experiment, adjusted.metric, adjusted.segment = 'all')

),

differences as (

    select
        *,
        user_count + baseline_user_count as users_compared,
        case
            when not is_baseline
                then
                    (estimate - baseline_estimate)
                    / nullif(sqrt(estimate_variance + baseline_estimate_variance), 0)
        end as z,
        case when not is_baseline then estimate / nullif(baseline_estimate, 0) - 1 end as lift,
        sqrt(
            estimate_variance + baseline_estimate_variance * power(estimate / nullif(baseline_estimate, 0), 2)
        ) / nullif(abs(baseline_estimate), 0) as lift_error
    from compared

),

ranked as (

    select
        *,
        {{ sequential_p_value('z', 'users_compared') }} as sequential_p_value,
        row_number() over (
            partition by experiment, metric, segment = 'all', z is null
            order by {{ sequential_p_value('z', 'users_compared') }}, segment, arm
        ) as p_rank
    from differences

)

-- Holm, "A simple sequentially rejective multiple test procedure", 1979; intervals by Bonferroni
select
    experiment,
    segment,
    metric,
    arm,
    user_count,
    conversion_count,
    least(conversion_count, baseline_conversion_count) as fewer_conversions,
    estimate,
    ratio as unadjusted_estimate,
    baseline_estimate as baseline,
    1 - estimate_variance / nullif(ratio_variance, 0) as variance_removed,
    z,
    lift,
    {% for name, sign in {'low': '-', 'high': '+'}.items() %}
        lift {{ sign }} ({{ one_look }}) * lift_error as lift_{{ name }},
        lift
        {{ sign }} {{ sequential_width('users_compared', error_rate ~ ' / greatest(comparison_count, 1)') }}
        * lift_error as sequential_lift_{{ name }},
    {% endfor %}
    2 * ({{ normal_cdf('(-abs(z))') }}) as p_value,
    sequential_p_value,
    case
        when z is not null then least(
            max((comparison_count - p_rank + 1) * sequential_p_value) over (
                partition by experiment, metric, segment = 'all', z is null
                order by p_rank
                rows between unbounded preceding and current row
            ),
            1
        )
    end as adjusted_p_value
from ranked
