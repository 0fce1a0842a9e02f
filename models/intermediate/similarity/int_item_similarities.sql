{% set contexts = ['also_viewed', 'also_bought', 'bought_together'] %}

with support as (

    select * from {{ ref('int_item_support') }}

),

scored as (

    select
        pairs.context,
        pairs.item_key,
        pairs.neighbour_key,
        pairs.pair_count,
        -- shrinkage keeps two users from looking like perfect agreement
        round(
            case pairs.context
                {% for context in contexts %}
                    when '{{ context }}' then {{ similarity_score(
                        similarity_metric(context),
                        'pairs.pair_weight', 'support.item_weight', 'neighbour_support.item_weight',
                        'support.total_weight'
                    ) }}
                {% endfor %}
            end * pairs.pair_count / (pairs.pair_count + {{ var('similarity_shrinkage') }}),
            12
        ) as similarity_score
    from {{ ref('int_item_pairs') }} as pairs
    inner join support
        on
            pairs.context = support.context
            and pairs.item_key = support.item_key
    inner join support as neighbour_support
        on
            pairs.context = neighbour_support.context
            and pairs.neighbour_key = neighbour_support.item_key

),

both_directions as (

    select
        context,
        item_key,
        neighbour_key,
        pair_count,
        similarity_score
    from scored
    union all
    select
        context,
        neighbour_key as item_key,
        item_key as neighbour_key,
        pair_count,
        similarity_score
    from scored

),

nearest as (

    select
        *,
        row_number() over (
            partition by context, item_key
            order by similarity_score desc, pair_count desc, neighbour_key
        ) as neighbour_rank
    from both_directions
    qualify neighbour_rank <= {{ var('neighbours_max') }}

)

select
    nearest.context,
    items.item_id,
    neighbours.item_id as neighbour_item_id,
    nearest.item_key,
    nearest.neighbour_key,
    nearest.pair_count,
    round(cast(nearest.pair_count as double) / support.profile_count, 9) as confidence,
    round(cast(nearest.pair_count as double) / neighbour_support.profile_count, 9) as reverse_confidence,
    round({{ similarity_score(
        'lift', 'nearest.pair_count', 'support.profile_count', 'neighbour_support.profile_count', 'support.total_count'
    ) }}, 9) as lift,
    nearest.similarity_score,
    cast(nearest.neighbour_rank as {{ dbt.type_int() }}) as neighbour_rank
from nearest
inner join support
    on
        nearest.context = support.context
        and nearest.item_key = support.item_key
inner join support as neighbour_support
    on
        nearest.context = neighbour_support.context
        and nearest.neighbour_key = neighbour_support.item_key
inner join {{ ref('int_item_keys') }} as items
    on nearest.item_key = items.item_key
inner join {{ ref('int_item_keys') }} as neighbours
    on nearest.neighbour_key = neighbours.item_key
