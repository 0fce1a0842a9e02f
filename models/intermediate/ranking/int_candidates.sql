-- Two stages: what proposals say by themselves cuts them to `candidates_per_user`, before features are made, by
-- weighted reciprocal rank fusion: each strategy adds its coefficient in macro strategies / (30 + the item's rank in
-- it). Never cut are what the user chose or is due again, the first of every strategy, since any may lead a block,
-- explore's draws, and what item rules propose. Raw scores of two strategies do not compare, shares of the user's best
-- do, though the best may be what can't be shown.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}
{% set rank_offset = 30 %}

with proposals as (

    select * from {{ ref('int_proposals') }}
    where {{ is_in_part('user_key') }}

),

bests as (

    select
        user_key,
        strategy_number,
        max(raw_score) as raw_score
    from proposals
    group by user_key, strategy_number

),

eligible as (

    select
        proposals.*,
        item_keys.item_number,
        row_number() over (
            partition by proposals.user_key, proposals.strategy_number
            order by proposals.raw_score desc, item_keys.item_number
        ) as strategy_rank
    from proposals
    inner join {{ ref('int_candidate_eligibility') }} as eligibility
        on
            proposals.user_key = eligibility.user_key
            and proposals.item_key = eligibility.item_key
    inner join {{ ref('int_item_keys') }} as item_keys
        on proposals.item_key = item_keys.item_key
    where
        eligibility.ineligible_reason is null
        and eligibility.{{ is_in_part('user_key') }}

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
    from eligible
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
    eligible.user_key,
    eligible.item_key,
    eligible.strategy_number,
    eligible.raw_score,
    coalesce(round(eligible.raw_score / nullif(bests.raw_score, 0), 9), 0) as score,
    eligible.evidence_key,
    eligible.evidence_count
from eligible
inner join kept
    on
        eligible.user_key = kept.user_key
        and eligible.item_key = kept.item_key
inner join bests
    on
        eligible.user_key = bests.user_key
        and eligible.strategy_number = bests.strategy_number
