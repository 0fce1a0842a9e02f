-- A column per strategy, so that a candidate meets its play's weights in one join; null weighs nothing.
select
    strategies.play,
    strategies.block,
    {% for strategy in ranked_strategies() %}
        max(case when strategies.strategy = '{{ strategy.name }}' then strategies.strategy_weight end)
            as {{ strategy.name }}_weight,
    {% endfor %}
    max(playbook.price_band) as price_band
from {{ ref('int_play_strategies') }} as strategies
left join {{ ref('playbook') }} as playbook
    on
        strategies.play = playbook.play
        and strategies.block = playbook.block
group by strategies.play, strategies.block
