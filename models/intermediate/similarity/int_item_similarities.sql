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

)

select
    context,
    item_key,
    neighbour_key,
    pair_count,
    similarity_score,
    cast(row_number() over (
        partition by context, item_key
        order by similarity_score desc, pair_count desc, neighbour_key
    ) as {{ dbt.type_int() }}) as neighbour_rank
from both_directions
qualify neighbour_rank <= {{ var('neighbours_max') }}
