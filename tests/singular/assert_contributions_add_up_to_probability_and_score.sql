-- What explains a rank must be the whole of it. Looked at for 10,000 users: there are 36 terms a position.
with asked as (

    select user_id from {{ ref('int_user_keys') }}
    where user_number <= 10000

),

sums as (

    select
        contributions.user_id,
        contributions.position,
        sum(case when contributions.part = 'probability' then contributions.contribution else 0 end) as log_odds,
        sum(case when contributions.part = 'score' then contributions.contribution else 0 end) as log_factor
    from {{ ref('recommendation_contributions') }} as contributions
    inner join asked
        on contributions.user_id = asked.user_id
    group by contributions.user_id, contributions.position

)

select
    recommendations.user_id,
    recommendations.position
from {{ ref('user_recommendations') }} as recommendations
inner join asked
    on recommendations.user_id = asked.user_id
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
