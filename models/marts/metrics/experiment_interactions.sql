-- Whether an arm does more, or less, beside an arm of another experiment than beside that one's baseline: the
-- difference of the two differences, of what users did after they had met both. Without CUPED.
{% set one_look = normal_quantile('(1 - cast(' ~ var('experiment_error_rate') ~ ' as double) / 2)') %}

with arms as (

    select * from {{ ref('int_experiment_arms') }}

),

units as (

    select * from {{ ref('int_experiment_units') }}
    where not is_in_several_arms

),

-- each user once for a pair of experiments, with what is counted since the later of the two
crossed as (

    select
        units.*,
        least(units.experiment, others.experiment) as first_experiment,
        greatest(units.experiment, others.experiment) as second_experiment,
        case when units.experiment < others.experiment then units.arm else others.arm end as first_arm,
        case when units.experiment < others.experiment then others.arm else units.arm end as second_arm
    from units
    inner join units as others
        on
            units.user_id = others.user_id
            and units.experiment <> others.experiment
            and (
                units.met_at > others.met_at
                or (units.met_at = others.met_at and units.experiment < others.experiment)
            )

),

{{ experiment_sums(
    units='crossed',
    keys=['first_experiment', 'second_experiment', 'first_arm', 'second_arm']
) }},

cells as (

    select
        sums.*,
        first_arms.is_baseline as first_is_baseline,
        second_arms.is_baseline as second_is_baseline,
        sums.sum_x / nullif(sums.sum_y, 0) as ratio,
        {{ ratio_variance('sums') }} as ratio_variance
    from sums
    inner join arms as first_arms
        on
            sums.first_experiment = first_arms.experiment
            and sums.first_arm = first_arms.arm
    inner join arms as second_arms
        on
            sums.second_experiment = second_arms.experiment
            and sums.second_arm = second_arms.arm

),

interactions as (

    select
        both_arms.*,
        neither.ratio as baseline,
        both_arms.ratio - second_alone.ratio - first_alone.ratio + neither.ratio as estimate,
        sqrt(
            both_arms.ratio_variance + second_alone.ratio_variance + first_alone.ratio_variance + neither.ratio_variance
        ) as estimate_error,
        estimate / nullif(estimate_error, 0) as z
    from cells as both_arms
    {% for name, cell in {
        'first_alone': 'both_arms.first_arm = first_alone.first_arm and first_alone.second_is_baseline',
        'second_alone': 'both_arms.second_arm = second_alone.second_arm and second_alone.first_is_baseline',
        'neither': 'neither.first_is_baseline and neither.second_is_baseline'
    }.items() %}
        inner join cells as {{ name }}
            on
                both_arms.first_experiment = {{ name }}.first_experiment
                and both_arms.second_experiment = {{ name }}.second_experiment
                and both_arms.metric = {{ name }}.metric
                and {{ cell }}
    {% endfor %}
    where
        not both_arms.first_is_baseline
        and not both_arms.second_is_baseline

)

select
    first_experiment,
    first_arm,
    second_experiment,
    second_arm,
    metric,
    cast(user_count as bigint) as user_count,
    baseline,
    estimate,
    estimate - ({{ one_look }}) * estimate_error as estimate_low,
    estimate + ({{ one_look }}) * estimate_error as estimate_high,
    2 * ({{ normal_cdf('(-abs(z))') }}) as p_value
from interactions
