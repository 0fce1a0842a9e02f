with features as (

    select * from {{ ref('int_candidate_features') }}

),

eligible as (

    select
        user_id,
        item_id
    from {{ ref('int_candidate_eligibility') }}
    where ineligible_reason is null

),

coefficients as (

    select * from {{ ref('default_coefficients') }}

),

log_odds as (

    select
        features.user_id,
        features.item_id,
        -- nine decimals, summed exactly: the order of strategies can't change a digit
        sum(cast(coefficients.coefficient * features.strategy_score as decimal(18, 9))) as strategies_log_odds
    from features
    inner join eligible
        on
            features.user_id = eligible.user_id
            and features.item_id = eligible.item_id
    inner join coefficients
        on features.strategy = coefficients.feature
    group by features.user_id, features.item_id

)

select
    log_odds.user_id,
    log_odds.item_id,
    round(1 / (1 + exp(-(intercept.coefficient + cast(log_odds.strategies_log_odds as double)))), 9) as score
from log_odds
inner join coefficients as intercept
    on intercept.feature = 'intercept'
