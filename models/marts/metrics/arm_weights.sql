select
    weights.experiment,
    weights.context,
    weights.arm,
    weights.message_count,
    weights.click_count,
    weights.rate,
    weights.rate_error,
    weights.weight,
    weights.arm_share,
    weights.share_reached,
    as_of.as_of
from {{ ref('int_arm_weights') }} as weights
cross join {{ ref('stg_as_of') }} as as_of
