-- A placement whose own strategies steer it is a play of its name, the same in both blocks; so is an arm of an
-- experiment that has strategies.
{% set blocks = ['primary', 'secondary'] %}

with plays as (

    select
        play,
        block,
        strategies
    from {{ ref('playbook') }}
    {% for block in blocks %}
        union all
        select
            placement as play,
            '{{ block }}' as block,
            strategies
        from {{ ref('placements') }}
        where strategies is not null
        union all
        select
            concat(experiment, '.', arm) as play,
            '{{ block }}' as block,
            strategies
        from {{ ref('experiment_arms') }}
        where strategies is not null
    {% endfor %}

),

entries as (

    select
        plays.play,
        plays.block,
        trim(split_element) as entry
    from plays
    {{ unnest_split('plays.strategies', '|') }}

),

named as (

    select
        play,
        block,
        trim({{ dbt.split_part('entry', "'='", 1) }}) as strategy,
        try_cast({{ dbt.split_part('entry', "'='", 2) }} as double) as strategy_weight
    from entries

)

select
    play,
    block,
    strategy,
    strategy_weight,
    strategy in (
        {% for ranked in ranked_strategies() %}
            '{{ ranked.name }}'{{ ',' if not loop.last }}
        {% endfor %}
    ) as is_known
from named
