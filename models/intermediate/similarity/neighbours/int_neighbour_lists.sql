with item_keys as (

    select * from {{ ref('int_item_keys') }}

),

content_neighbours as (

    select
        {{ context_key('similar_items') }} as context_key,
        item_id,
        neighbour_item_id,
        similarity_score,
        neighbour_rank
    from {{ ref('int_content_similarities') }}
    where {{ strategy_is_enabled('similar_items') }}
    union all
    select
        {{ context_key('upgrade') }} as context_key,
        item_id,
        neighbour_item_id,
        similarity_score,
        upgrade_rank as neighbour_rank
    from {{ ref('int_item_upgrades') }}
    where {{ strategy_is_enabled('upgrade') }}

),

neighbours as (

    select
        similarities.context_key,
        similarities.item_key,
        similarities.neighbour_key,
        neighbour_keys.item_number as neighbour_number,
        similarities.similarity_score,
        similarities.neighbour_rank
    from {{ ref('int_item_similarities') }} as similarities
    inner join item_keys as neighbour_keys
        on similarities.neighbour_key = neighbour_keys.item_key
    where
        similarities.similarity_score > 0
        and {{ context_name('similarities.context_key') }} in (
            {% for strategy in var('strategies_enabled') %}
                '{{ strategy }}'{{ ',' if not loop.last }}
            {% endfor %}
        )
    union all
    select
        content_neighbours.context_key,
        item_keys.item_key,
        neighbour_keys.item_key as neighbour_key,
        neighbour_keys.item_number as neighbour_number,
        content_neighbours.similarity_score,
        content_neighbours.neighbour_rank
    from content_neighbours
    inner join item_keys
        on content_neighbours.item_id = item_keys.item_id
    inner join item_keys as neighbour_keys
        on content_neighbours.neighbour_item_id = neighbour_keys.item_id

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
        cast(neighbours.neighbour_rank as {{ dbt.type_int() }}) as neighbour_rank,
        neighbours.neighbour_number,
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
        neighbour_number,
        0 as relative_similarity
    from neighbours
    group by context_key, neighbour_key, neighbour_number

)

select
    context_key,
    item_key,
    array_sort(array_agg(
        {{ ordered_struct(['neighbour_rank', 'neighbour_number', 'relative_similarity']) }}
    )) as neighbours
from ranked
group by context_key, item_key
