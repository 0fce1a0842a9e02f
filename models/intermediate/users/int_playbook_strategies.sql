with entries as (

    select
        playbook.play,
        playbook.block,
        trim(split_element) as entry
    from {{ ref('playbook') }} as playbook
    {{ unnest_split('playbook.strategies', '|') }}

)

select
    play,
    block,
    trim({{ dbt.split_part('entry', "'='", 1) }}) as strategy,
    try_cast({{ dbt.split_part('entry', "'='", 2) }} as double) as strategy_weight
from entries
