-- Made of the few combinations that there are, so that no candidate goes through the strategies of its list's plays.
with combinations as (

    select distinct proposed_by from {{ ref('int_ranking_pool') }}

),

members as (

    {% for strategy in ranked_strategies() %}
        select
            proposed_by,
            '{{ strategy.name }}' as strategy
        from combinations
        where {{ is_proposed_by('proposed_by', strategy.name) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

plays as (

    select
        strategies.play,
        strategies.block,
        max(playbook.price_band) as price_band
    from {{ ref('int_play_strategies') }} as strategies
    left join {{ ref('playbook') }} as playbook
        on
            strategies.play = playbook.play
            and strategies.block = playbook.block
    group by strategies.play, strategies.block

)

select
    plays.play,
    plays.block,
    plays.price_band,
    combinations.proposed_by,
    coalesce(max(case when strategies.strategy_weight >= 1 then strategies.strategy_weight end), 1)
    * coalesce(min(case when strategies.strategy_weight < 1 then strategies.strategy_weight end), 1)
        as play_factor
from plays
cross join combinations
left join members
    on combinations.proposed_by = members.proposed_by
left join {{ ref('int_play_strategies') }} as strategies
    on
        plays.play = strategies.play
        and plays.block = strategies.block
        and members.strategy = strategies.strategy
group by plays.play, plays.block, plays.price_band, combinations.proposed_by
