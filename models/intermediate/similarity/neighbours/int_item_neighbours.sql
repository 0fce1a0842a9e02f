-- Prices of one currency stand beside each other: a list holds what costs the item's own.
with support as (

    select * from {{ ref('int_item_support') }}

),

co_occurring as (

    select
        similarities.context_key,
        similarities.item_key,
        similarities.neighbour_key,
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
    where similarities.similarity_score > 0

),

neighbours as (

    select * from co_occurring
    {% for context, model, rank in [
        ('similar_items', 'int_content_similarities', 'neighbour_rank'),
        ('upgrade', 'int_item_upgrades', 'upgrade_rank')
    ] %}
        union all
        select
            {{ context_key(context) }} as context_key,
            item_key,
            neighbour_key,
            similarity_score,
            {{ rank }} as neighbour_rank,
            0 as pair_count,
            null as confidence,
            null as reverse_confidence,
            null as lift
        from {{ ref(model) }}
    {% endfor %}

),

items as (

    select * from {{ ref('int_content_items') }}

),

available as (

    select
        items.item_key,
        items.currency
    from items
    inner join {{ ref('int_item_availability') }} as availability
        on items.item_id = availability.item_id
    where
        availability.unavailable_reason is null
        and availability.is_for_reorders is not true

)

select
    neighbours.*,
    cast(row_number() over (
        partition by 8 * neighbours.item_key + neighbours.context_key
        order by neighbours.neighbour_rank
    ) as {{ dbt.type_int() }}) as list_rank
from neighbours
inner join items
    on neighbours.item_key = items.item_key
inner join available
    on
        neighbours.neighbour_key = available.item_key
        and items.currency = available.currency
qualify list_rank <= {{ var('item_recommendations_max') }}
