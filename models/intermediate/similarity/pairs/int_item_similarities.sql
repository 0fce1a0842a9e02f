{% set contexts = item_contexts()[:3] %}

with support as (

    select * from {{ ref('int_item_support') }}

),

scored as (

    select
        pairs.context_key,
        pairs.item_key,
        pairs.neighbour_key,
        pairs.pair_count,
        -- shrinkage keeps two users from looking like perfect agreement
        round(
            case pairs.context_key
                {% for context in contexts %}
                    when {{ context_key(context) }} then {{ similarity_score(
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
            pairs.context_key = support.context_key
            and pairs.item_key = support.item_key
    inner join support as neighbour_support
        on
            pairs.context_key = neighbour_support.context_key
            and pairs.neighbour_key = neighbour_support.item_key

),

both_directions as (

    select
        context_key,
        item_key,
        neighbour_key,
        pair_count,
        similarity_score
    from scored
    union all
    select
        context_key,
        neighbour_key as item_key,
        item_key as neighbour_key,
        pair_count,
        similarity_score
    from scored

)

select
    both_directions.*,
    cast(row_number() over (
        -- both in one number: the window runs half as long as on two columns
        partition by 8 * both_directions.item_key + both_directions.context_key
        order by both_directions.similarity_score desc, both_directions.pair_count desc, neighbours.item_number
    ) as {{ dbt.type_int() }}) as neighbour_rank
from both_directions
inner join {{ ref('int_item_keys') }} as neighbours
    on both_directions.neighbour_key = neighbours.item_key
qualify neighbour_rank <= {{ var('neighbours_max') }}
