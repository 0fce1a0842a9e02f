-- A strategy that one of the lists forgets would rank, or explain, nothing.
with expected as (

    {% for strategy in ranked_strategies() %}
        select
            '{{ strategy }}' as strategy,
            '{{ strategy }}_score' as feature
        union all
    {% endfor %}
    select
        'explore' as strategy,
        'intercept' as feature

)

select
    expected.strategy,
    reasons.strategy as strategy_with_reason,
    coefficients.feature as feature_with_coefficient
from expected
full join {{ ref('strategies') }} as reasons
    on expected.strategy = reasons.strategy
full join {{ ref('default_coefficients') }} as coefficients
    on expected.feature = coefficients.feature
where
    expected.strategy is null
    or reasons.strategy is null
    or coefficients.feature is null
