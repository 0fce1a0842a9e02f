with listed as (

    select * from {{ ref('int_diverse_candidates') }}

),

slots as (

    select
        listed.user_id,
        listed.position,
        coalesce(explored.item_id, listed.item_id) as item_id,
        coalesce(explored.score, listed.score) as score,
        case
            when explored.item_id is not null then explored.propensity
            when listed.is_sure or explorable.user_id is null then 1
            else 1 - {{ explored_slot_share() }}
        end as propensity,
        -- what was drawn stands there by the draw alone
        case when explored.item_id is not null then 1 else listed.playbook_factor end as playbook_factor,
        explored.item_id is not null as is_explored
    from listed
    left join {{ ref('int_explored_slots') }} as explored
        on
            listed.user_id = explored.user_id
            and listed.position = explored.position
    left join {{ ref('int_exploration_pool') }} as explorable
        on
            listed.user_id = explorable.user_id
            and explorable.draw_rank = 1

),

-- of the strategies that proposed the item one of its block's play explains it, first one that the play holds back,
-- else the first in the seed
explanations as (

    select
        slots.user_id,
        slots.position,
        candidates.strategy,
        candidates.evidence_item_id,
        candidates.evidence_count,
        coalesce(of_play.strategy_weight >= 1, false) as is_of_play
    from slots
    inner join {{ ref('int_candidates') }} as candidates
        on
            slots.user_id = candidates.user_id
            and slots.item_id = candidates.item_id
    inner join {{ ref('strategies') }} as strategies
        on candidates.strategy = strategies.strategy
    left join {{ ref('int_user_playbook') }} as plays
        on
            slots.user_id = plays.user_id
            and plays.block = case
                when slots.position <= {{ var('email_items_primary') }} then 'primary' else 'secondary'
            end
    left join {{ ref('int_playbook_strategies') }} as of_play
        on
            plays.play = of_play.play
            and plays.block = of_play.block
            and candidates.strategy = of_play.strategy
    qualify row_number() over (
        partition by slots.user_id, slots.position
        order by
            case when of_play.strategy_weight < 1 then 0 when of_play.strategy_weight >= 1 then 1 else 2 end,
            strategies.reason_rank
    ) = 1

)

select
    slots.user_id,
    slots.item_id,
    slots.position,
    case when slots.is_explored then 'explore' else explanations.strategy end as strategy,
    slots.score,
    scored.purchase_probability,
    cast(slots.playbook_factor as double) as playbook_factor,
    cast(slots.propensity as double) as propensity,
    case when not slots.is_explored then explanations.evidence_item_id end as evidence_item_id,
    case when slots.is_explored then 0 else explanations.evidence_count end as evidence_count,
    explanations.is_of_play and not slots.is_explored as is_of_play
from slots
inner join explanations
    on
        slots.user_id = explanations.user_id
        and slots.position = explanations.position
inner join {{ ref('int_scored_candidates') }} as scored
    on
        slots.user_id = scored.user_id
        and slots.item_id = scored.item_id
