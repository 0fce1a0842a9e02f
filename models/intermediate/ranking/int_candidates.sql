-- Two stages: what proposals say by themselves cuts them to `candidates_per_user`, before features are made. The cheap
-- score is the ranker's untrained one, macro strategies' coefficients on the strategies' scores. Never cut are what the
-- user chose (family own), the first of every strategy, since a play or placement may lead with any, and explore's draws.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized=in_parts(),
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with proposals as (

    select * from {{ ref('int_proposal_scores') }}
    where {{ is_in_part('user_key') }}

),

draws as (

    select * from {{ ref('int_exploration_draws') }}
    where {{ is_in_part('user_key') }}

),

items as (

    select
        user_key,
        item_key,
        item_number,
        max(case
            when strategy_number in ({{ strategy_numbers('own') }}) then 1
            when strategy_number in ({{ strategy_numbers('exploration') }}) then 0
            when strategy_rank <= {{ constants().strategy_head }} then 1
            else 0
        end) = 1 as is_needed,
        -- in millionths: whole numbers add up the same in any order
        cast(sum(cast(round(score * 1000000 * case strategy_number
            {% for strategy in ranked_strategies() %}
                when {{ strategy_number(strategy.name) }} then {{ strategy.coefficient }}
            {% endfor %}
            else 0
        end) as {{ dbt.type_int() }})) as bigint) as cheap_score
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
    qualify
        row_number() over (
            partition by items.user_key
            order by items.cheap_score + case when items.is_needed then 1000000000 else 0 end desc, items.item_number
        ) <= {{ var('candidates_per_user') }}
        or items.is_needed
        or draws.item_key is not null

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
