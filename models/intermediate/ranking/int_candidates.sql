-- Two stages: what proposals say by themselves cuts them to `candidates_per_user`, before features are made, by
-- weighted reciprocal rank fusion: each strategy adds its coefficient in macro strategies / (30 + the item's rank in
-- it). Never cut are what the user chose or is due again, the first of every strategy, since any may lead a block,
-- explore's draws, and what item rules propose.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}
{% set rank_offset = 30 %}

with proposals as (

    select * from {{ ref('int_proposal_scores') }}
    where {{ is_in_part('user_key') }}

),

draws as (

    select * from {{ ref('int_exploration_draws') }}
    where {{ is_in_part('user_key') }}

),

ruled as (

    select item_key from {{ ref('int_item_rules') }}
    where is_proposed
    group by item_key

),

items as (

    select
        user_key,
        item_key,
        item_number,
        max(case when strategy_number in ({{ strategy_numbers('own') }}) then 1 else 0 end) as is_own,
        min(case when strategy_number not in ({{ strategy_numbers('exploration') }}) then strategy_rank end)
            as best_rank,
        -- in whole numbers, which add up the same in any order
        cast(sum(cast(round(100000000.0 / ({{ rank_offset }} + strategy_rank) * case strategy_number
            {% for strategy in ranked_strategies() %}
                when {{ strategy_number(strategy.name) }} then {{ strategy.coefficient }}
            {% endfor %}
            else 0
        end) as {{ dbt.type_int() }})) as bigint) as fused_rank
    from proposals
    group by user_key, item_key, item_number

),

kept as (

    select
        items.user_key,
        items.item_key
    from items
    left join draws
        on
            items.user_key = draws.user_key
            and items.item_key = draws.item_key
    left join ruled
        on items.item_key = ruled.item_key
    qualify
        items.is_own = 1
        or ruled.item_key is not null
        or items.best_rank <= {{ constants().strategy_head }}
        or draws.item_key is not null
        or row_number() over (
            partition by items.user_key, items.is_own
            order by items.fused_rank desc, items.item_number
        ) <= {{ var('candidates_per_user') }}

)

select
    proposals.user_key,
    proposals.item_key,
    proposals.strategy_number,
    proposals.raw_score,
    proposals.score,
    proposals.evidence_key,
    proposals.evidence_count
from proposals
inner join kept
    on
        proposals.user_key = kept.user_key
        and proposals.item_key = kept.item_key
