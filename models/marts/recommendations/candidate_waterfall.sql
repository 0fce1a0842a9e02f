with eligibility as (

    select * from {{ ref('int_candidate_eligibility') }}

),

rationed as (

    select * from {{ ref('int_rationed_candidates') }}

),

recommendations as (

    select * from {{ ref('user_recommendations') }}

),

outcomes as (

    select
        eligibility.user_id,
        eligibility.item_id,
        coalesce(
            eligibility.ineligible_reason,
            case
                when rationed.item_id is not null then 'low_stock'
                when recommendations.item_id is not null then 'recommended'
                else 'ranked_lower'
            end
        ) as outcome
    from eligibility
    left join rationed
        on
            eligibility.user_id = rationed.user_id
            and eligibility.item_id = rationed.item_id
    left join recommendations
        on
            eligibility.user_id = recommendations.user_id
            and eligibility.item_id = recommendations.item_id

)

select
    outcome,
    count(*) as candidate_count,
    count(distinct user_id) as user_count,
    count(distinct item_id) as item_count
from outcomes
group by outcome
