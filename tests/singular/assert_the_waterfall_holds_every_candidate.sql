-- Every proposed item has one fate.
with waterfall as (

    select sum(candidate_count) as candidate_count from {{ ref('candidate_waterfall') }}

),

candidates as (

    select count(*) as candidate_count from {{ ref('int_candidate_eligibility') }}

)

select
    waterfall.candidate_count as in_waterfall,
    candidates.candidate_count as proposed
from waterfall
cross join candidates
where waterfall.candidate_count <> candidates.candidate_count
