with item_keys as (

    select * from {{ ref('int_item_keys') }}

),

neighbours as (

    select
        context_key,
        item_key,
        neighbour_key,
        similarity_score,
        neighbour_rank
    from {{ ref('int_item_similarities') }}
    where
        similarity_score > 0
        and (
            {% for strategy in item_contexts()[:3] %}
                {{ 'or ' if not loop.first }}context_key = {{ context_key(strategy) }}
                and {{ strategy_is_enabled(strategy) }}
            {% endfor %}
        )
    union all
    select
        {{ context_key('similar_items') }} as context_key,
        item_key,
        neighbour_key,
        similarity_score,
        neighbour_rank
    from {{ ref('int_content_similarities') }}
    where {{ strategy_is_enabled('similar_items') }}
    union all
    select
        {{ context_key('upgrade') }} as context_key,
        item_key,
        neighbour_key,
        similarity_score,
        upgrade_rank as neighbour_rank
    from {{ ref('int_item_upgrades') }}
    where {{ strategy_is_enabled('upgrade') }}

),

contexts as (

    select
        context_key,
        max(similarity_score) as highest_score
    from neighbours
    group by context_key

),

ranked as (

    select
        neighbours.context_key,
        neighbours.item_key,
        neighbours.neighbour_rank,
        neighbours.neighbour_key,
        cast(round(
            neighbours.similarity_score / contexts.highest_score * {{ vote_scale('similarity') }}
        ) as {{ dbt.type_int() }}) as relative_similarity
    from neighbours
    inner join contexts
        on neighbours.context_key = contexts.context_key
    union all
    -- the item itself, which its owner has seen
    select
        context_key,
        neighbour_key as item_key,
        0 as neighbour_rank,
        neighbour_key,
        0 as relative_similarity
    from neighbours
    group by context_key, neighbour_key

),

numbered as (

    select
        ranked.context_key,
        ranked.item_key,
        ranked.neighbour_rank,
        item_keys.item_number as neighbour_number,
        ranked.relative_similarity
    from ranked
    inner join item_keys
        on ranked.neighbour_key = item_keys.item_key

)

select
    context_key,
    item_key,
    array_sort(array_agg(
        {{ ordered_struct(['neighbour_rank', 'neighbour_number', 'relative_similarity']) }}
    )) as neighbours
from numbered
group by context_key, item_key
