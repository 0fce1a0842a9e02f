select
    experiment,
    segment,
    metric,
    arm,
    cast(user_count as bigint) as user_count,
    conversion_count,
    estimate,
    baseline,
    lift,
    sequential_lift_low,
    sequential_lift_high,
    adjusted_p_value
from {{ ref('int_experiment_statistics') }}
where segment <> 'all'
