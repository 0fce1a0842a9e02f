-- A column per strategy, so that a candidate meets its play's weights in one join; null weighs nothing.
select
    playbook.play,
    playbook.block,
    {% for strategy in ranked_strategies() %}
        max(case when strategies.strategy = '{{ strategy }}' then strategies.strategy_weight end)
            as {{ strategy }}_weight,
    {% endfor %}
    playbook.price_band
from {{ ref('playbook') }} as playbook
inner join {{ ref('int_playbook_strategies') }} as strategies
    on
        playbook.play = strategies.play
        and playbook.block = strategies.block
group by playbook.play, playbook.block, playbook.price_band
