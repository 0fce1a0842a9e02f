{{ config(materialized='table_in_parts', part_keys={
    'model': 'int_placement_users', 'key': 'user_key', 'range_size': constants().candidate_users_per_range
}) }}
{% set is_told = 'explanations.is_telling and not slots.is_explored' %}
{% set naming = item_contexts()[:3] + ['complements', 'similar_items', 'upgrade'] %}

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
        lists.item_rule_factor,
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
            and open_slots.{{ is_in_part('user_key') }}
    where lists.{{ is_in_part('user_key') }} and users.{{ is_in_part('user_key') }}

),

proposals as (

    select
        slots.list_key,
        slots.position,
        slots.play,
        slots.block,
        slots.user_key,
        slots.item_key,
        candidates.strategy_number,
        {{ strategy_name('candidates.strategy_number') }} as strategy,
        candidates.evidence_key,
        candidates.evidence_count
    from slots
    inner join {{ ref('int_candidates') }} as candidates
        on
            slots.user_key = candidates.user_key
            and slots.item_key = candidates.item_key
    where candidates.{{ is_in_part('user_key') }}

),

-- what a user did with what the user does not want to see explains nothing
unwanted_evidence as (

    {{ unwanted_items(ref('int_user_items')) }}

),

-- of the strategies that proposed the item one of its block's play explains it, first one that the play holds back,
-- else the first of macro strategies; one whose evidence can't be named comes after all others and names none
explanations as (

    select
        proposals.list_key,
        proposals.position,
        proposals.strategy,
        -- how many share the pair, where an item of the user's voted for its neighbour
        coalesce(proposals.evidence_count, lifts.pair_count, 0) as evidence_count,
        evidence_items.item_id as evidence_item_id,
        case
            -- an offer that doesn't say how much it saves, nobody or a single one who bought it
            when proposals.strategy in ('on_offer', 'best_sellers') then proposals.evidence_count > 0
            when proposals.strategy = 'similar_users' then proposals.evidence_count > 1
            {% for strategy in naming %}
                when proposals.strategy = '{{ strategy }}'
                    then
                        evidence_items.is_nameable
                        and unwanted_evidence.item_key is null
                        {% if strategy in item_contexts()[:3] %}
                            and coalesce(lifts.lift >= {{ var('evidence_lift_min') }}, false)
                        {% endif %}
            {% endfor %}
            else true
        end as is_telling
    from proposals
    left join {{ ref('int_item_labels') }} as evidence_items
        on proposals.evidence_key = evidence_items.item_key
    left join unwanted_evidence
        on
            proposals.user_key = unwanted_evidence.user_key
            and proposals.evidence_key = unwanted_evidence.item_key
    left join {{ ref('int_pair_lifts') }} as lifts
        on
            proposals.strategy = lifts.context
            and proposals.evidence_key = lifts.item_key
            and proposals.item_key = lifts.neighbour_key
    left join {{ ref('int_play_strategies') }} as of_play
        on
            proposals.play = of_play.play
            and proposals.block = of_play.block
            and proposals.strategy = of_play.strategy
    qualify row_number() over (
        partition by proposals.list_key, proposals.position
        order by
            case when is_telling then 0 else 1 end,
            case when of_play.strategy_weight < 1 then 0 when of_play.strategy_weight >= 1 then 1 else 2 end,
            proposals.strategy_number
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
    cast(case when slots.is_explored then 1 else slots.item_rule_factor end as double) as item_rule_factor,
    cast(coalesce(clicks.click_factor, 1) as double) as click_factor,
    cast(slots.propensity as double) as propensity,
    case when {{ is_told }} then explanations.evidence_item_id end as evidence_item_id,
    cast(case when {{ is_told }} then explanations.evidence_count else 0 end as bigint) as evidence_count,
    (select as_of.as_of from {{ ref('stg_as_of') }} as as_of) as listed_at
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
left join {{ ref('int_item_click_lifts') }} as clicks
    on item_keys.item_id = clicks.item_id
where pool.{{ is_in_part('user_key') }}
