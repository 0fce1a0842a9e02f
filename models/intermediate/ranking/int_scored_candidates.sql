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

    select
        max(coefficient) filter (where feature = 'intercept') as intercept,
        max(coefficient) filter (where feature = 'also_bought_score') as also_bought_score,
        max(coefficient) filter (where feature = 'buy_again_score') as buy_again_score,
        max(coefficient) filter (where feature = 'best_sellers_score') as best_sellers_score
    from {{ ref('default_coefficients') }}

)

select
    features.user_id,
    features.item_id,
    round(
        1 / (1 + exp(-(
            coefficients.intercept
            + coefficients.also_bought_score * features.also_bought_score
            + coefficients.buy_again_score * features.buy_again_score
            + coefficients.best_sellers_score * features.best_sellers_score
        ))),
        9
    ) as score
from features
inner join eligible
    on
        features.user_id = eligible.user_id
        and features.item_id = eligible.item_id
cross join coefficients
