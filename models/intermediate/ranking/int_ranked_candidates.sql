with scored as (

    select * from {{ ref('int_scored_candidates') }}

),

-- raw scores of two strategies don't compare, ranks do
proposals as (

    select
        *,
        row_number() over (
            partition by user_id, strategy
            order by raw_score desc, item_id
        ) as strategy_rank
    from {{ ref('int_candidates') }}

),

strongest as (

    select proposals.*
    from proposals
    inner join {{ ref('strategies') }} as strategies
        on proposals.strategy = strategies.strategy
    qualify row_number() over (
        partition by proposals.user_id, proposals.item_id
        order by strategies.reason_rank
    ) = 1

)

select
    scored.user_id,
    scored.item_id,
    row_number() over (
        partition by scored.user_id
        order by scored.score desc, strongest.strategy_rank, scored.item_id
    ) as position,
    strongest.strategy,
    scored.score,
    strongest.evidence_item_id,
    strongest.evidence_count
from scored
inner join strongest
    on
        scored.user_id = strongest.user_id
        and scored.item_id = strongest.item_id
qualify position <= {{ var('recommendations_per_user') }}
