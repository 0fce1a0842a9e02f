with entries as (

    select
        playbook.play,
        playbook.block,
        trim(split_element) as entry
    from {{ ref('playbook') }} as playbook
    {{ unnest_split('playbook.strategies', '|') }}

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
    named.play,
    named.block,
    named.strategy,
    named.strategy_weight,
    strategies.strategy is not null and named.strategy <> 'explore' as is_known
from named
left join {{ ref('strategies') }} as strategies
    on named.strategy = strategies.strategy
