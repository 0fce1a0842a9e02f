with slots as (

    select
        users.placement,
        users.user_id,
        users.user_key,
        coalesce(open_slots.drawn_item_key, lists.item_key) as item_key,
        lists.list_key,
        lists.position,
        lists.score,
        coalesce(open_slots.propensity, 1) as propensity,
        lists.playbook_factor,
        open_slots.drawn_item_key is not null as is_explored,
        case when lists.position <= users.items_primary then 'primary' else 'secondary' end as block,
        case when lists.position <= users.items_primary then users.primary_play else users.secondary_play end as play
    from {{ ref('int_diverse_lists') }} as lists
    inner join {{ ref('int_placement_users') }} as users
        on lists.list_key = users.list_key
    left join {{ ref('int_open_slots') }} as open_slots
        on
            lists.list_key = open_slots.list_key
            and lists.position = open_slots.position

),

-- of the strategies that proposed the item one of its block's play explains it, first one that the play holds back,
-- else the first of macro strategies
explanations as (

    select
        slots.list_key,
        slots.position,
        {{ strategy_name('candidates.strategy_number') }} as strategy,
        candidates.evidence_key,
        coalesce(candidates.evidence_count, similarities.pair_count, 0) as evidence_count,
        coalesce(of_play.strategy_weight >= 1, false) as is_of_play
    from slots
    inner join {{ ref('int_candidates') }} as candidates
        on
            slots.user_key = candidates.user_key
            and slots.item_key = candidates.item_key
    left join {{ ref('int_play_strategies') }} as of_play
        on
            slots.play = of_play.play
            and slots.block = of_play.block
            and {{ strategy_name('candidates.strategy_number') }} = of_play.strategy
    -- how many share the pair, where an item of the user's voted for its neighbour
    left join {{ ref('int_item_similarities') }} as similarities
        on
            candidates.strategy_number = {{ context_strategy('similarities.context_key') }}
            and candidates.evidence_key = similarities.item_key
            and candidates.item_key = similarities.neighbour_key
    qualify row_number() over (
        partition by slots.list_key, slots.position
        order by
            case when of_play.strategy_weight < 1 then 0 when of_play.strategy_weight >= 1 then 1 else 2 end,
            candidates.strategy_number
    ) = 1

)

-- what was drawn stands there by the draw alone
select
    slots.placement,
    slots.user_id,
    item_keys.item_id,
    slots.user_key,
    slots.item_key,
    slots.position,
    slots.block,
    case when slots.is_explored then 'explore' else explanations.strategy end as strategy,
    case when slots.is_explored then pool.score else slots.score end as score,
    pool.purchase_probability,
    coalesce(pool.score / nullif(pool.unmixed_score, 0), 1) as cold_start_factor,
    cast(case when slots.is_explored then 1 else slots.playbook_factor end as double) as playbook_factor,
    cast(slots.propensity as double) as propensity,
    case when not slots.is_explored then evidence_items.item_id end as evidence_item_id,
    cast(case when slots.is_explored then 0 else explanations.evidence_count end as bigint) as evidence_count,
    explanations.is_of_play and not slots.is_explored as is_of_play
from slots
inner join {{ ref('int_ranking_pool') }} as pool
    on
        slots.user_key = pool.user_key
        and slots.item_key = pool.item_key
inner join {{ ref('int_item_keys') }} as item_keys
    on slots.item_key = item_keys.item_key
inner join explanations
    on
        slots.list_key = explanations.list_key
        and slots.position = explanations.position
left join {{ ref('int_item_keys') }} as evidence_items
    on explanations.evidence_key = evidence_items.item_key
