-- What explains a rank must be the whole of it.
with sums as (

    select
        user_id,
        position,
        sum(case when part = 'probability' then contribution else 0 end) as log_odds,
        sum(case when part = 'score' then contribution else 0 end) as log_factor
    from {{ ref('recommendation_contributions') }}
    group by user_id, position

)

select
    recommendations.user_id,
    recommendations.position
from {{ ref('user_recommendations') }} as recommendations
left join sums
    on
        recommendations.user_id = sums.user_id
        and recommendations.position = sums.position
where
    sums.log_odds is null
    or abs(1 / (1 + exp(-sums.log_odds)) - recommendations.purchase_probability) > 1e-9
    or (
        recommendations.score > 0
        and abs(recommendations.purchase_probability * exp(sums.log_factor) / recommendations.score - 1) > 1e-6
        and abs(recommendations.purchase_probability * exp(sums.log_factor) - recommendations.score) > 1e-9
    )
