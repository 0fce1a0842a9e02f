with eligibility as (

    select * from {{ ref('int_candidate_eligibility') }}

),

withheld as (

    select * from {{ ref('int_withheld_candidates') }}

),

recommended as (

    select * from {{ ref('int_placement_lists') }}
    where placement = 'email_digest'

),

outcomes as (

    select
        eligibility.user_key,
        eligibility.item_key,
        case
            when eligibility.ineligible_reason is not null then eligibility.ineligible_reason
            -- what is drawn may be withheld from those whom it suits less
            when recommended.item_key is not null then 'recommended'
            when withheld.item_key is not null then 'low_stock'
            else 'ranked_lower'
        end as outcome
    from eligibility
    left join withheld
        on
            eligibility.user_key = withheld.user_key
            and eligibility.item_key = withheld.item_key
    left join recommended
        on
            eligibility.user_key = recommended.user_key
            and eligibility.item_key = recommended.item_key

)

select
    outcome,
    count(*) as candidate_count,
    count(distinct user_key) as user_count,
    count(distinct item_key) as item_count
from outcomes
group by outcome
