with item_keys as (

    select * from {{ ref('int_item_keys') }}

),

support as (

    select * from {{ ref('int_item_support') }}

),

co_occurring as (

    select
        {{ context_name('similarities.context_key') }} as context,
        items.item_id,
        neighbours.item_id as neighbour_item_id,
        similarities.similarity_score,
        similarities.neighbour_rank,
        similarities.pair_count,
        round(cast(similarities.pair_count as double) / support.profile_count, 9) as confidence,
        round(cast(similarities.pair_count as double) / neighbour_support.profile_count, 9) as reverse_confidence,
        round({{ similarity_score(
            'lift', 'similarities.pair_count',
            'support.profile_count', 'neighbour_support.profile_count', 'support.total_count'
        ) }}, 9) as lift
    from {{ ref('int_item_similarities') }} as similarities
    inner join support
        on
            similarities.context_key = support.context_key
            and similarities.item_key = support.item_key
    inner join support as neighbour_support
        on
            similarities.context_key = neighbour_support.context_key
            and similarities.neighbour_key = neighbour_support.item_key
    inner join item_keys as items
        on similarities.item_key = items.item_key
    inner join item_keys as neighbours
        on similarities.neighbour_key = neighbours.item_key
    where similarities.similarity_score > 0

),

alike as (

    select
        'similar_items' as context,
        item_id,
        neighbour_item_id,
        similarity_score,
        neighbour_rank
    from {{ ref('int_content_similarities') }}
    union all
    select
        'upgrade' as context,
        item_id,
        neighbour_item_id,
        similarity_score,
        upgrade_rank as neighbour_rank
    from {{ ref('int_item_upgrades') }}

),

neighbours as (

    select
        context,
        item_id,
        neighbour_item_id,
        similarity_score,
        neighbour_rank,
        pair_count,
        confidence,
        reverse_confidence,
        lift
    from co_occurring
    union all
    select
        context,
        item_id,
        neighbour_item_id,
        similarity_score,
        neighbour_rank,
        0 as pair_count,
        null as confidence,
        null as reverse_confidence,
        null as lift
    from alike

)

select
    neighbours.*,
    row_number() over (
        partition by neighbours.context, neighbours.item_id
        order by neighbours.neighbour_rank
    ) as list_rank
from neighbours
inner join {{ ref('int_item_availability') }} as availability
    on neighbours.neighbour_item_id = availability.item_id
where availability.unavailable_reason is null
qualify list_rank <= {{ var('item_recommendations_max') }}
