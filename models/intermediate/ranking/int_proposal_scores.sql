-- A view, as int_proposals. Raw scores of two strategies do not compare, shares of the user's best do, though the best
-- may be what can't be shown.
{{ config(materialized='view') }}

with proposals as (

    select
        *,
        max(raw_score) over (partition by user_key, strategy_number) as best_raw_score
    from {{ ref('int_proposals') }}

)

select
    proposals.user_key,
    proposals.item_key,
    item_keys.item_number,
    proposals.strategy_number,
    proposals.raw_score,
    coalesce(round(proposals.raw_score / nullif(proposals.best_raw_score, 0), 9), 0) as score,
    row_number() over (
        partition by proposals.user_key, proposals.strategy_number
        order by proposals.raw_score desc, item_keys.item_number
    ) as strategy_rank,
    proposals.evidence_key,
    proposals.evidence_count
from proposals
inner join {{ ref('int_candidate_eligibility') }} as eligibility
    on
        proposals.user_key = eligibility.user_key
        and proposals.item_key = eligibility.item_key
inner join {{ ref('int_item_keys') }} as item_keys
    on proposals.item_key = item_keys.item_key
where eligibility.ineligible_reason is null
