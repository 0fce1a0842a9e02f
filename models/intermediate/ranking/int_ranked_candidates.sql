with scored as (

    select * from {{ ref('int_scored_candidates') }}

),

-- the strategy that proposed the item most strongly gives the reason; a rank, since raw scores don't compare
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

    select *
    from proposals
    qualify row_number() over (
        partition by user_id, item_id
        order by
            case strategy when 'buy_again' then 1 when 'also_bought' then 2 else 3 end,
            strategy_rank
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
