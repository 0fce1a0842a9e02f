with tastes as (

    select * from {{ ref('int_user_tastes') }}

),

pairs as (

    select
        tastes.user_key,
        others.user_key as neighbour_key,
        count(*) as shared_item_count,
        round(cast(sum(cast(tastes.weight * others.weight as decimal(18, 15))) as double), 9) as similarity_score
    from tastes
    inner join tastes as others
        on
            tastes.item_key = others.item_key
            and tastes.user_key < others.user_key
    group by tastes.user_key, others.user_key

),

both_directions as (

    select
        user_key,
        neighbour_key,
        shared_item_count,
        similarity_score
    from pairs
    union all
    select
        neighbour_key as user_key,
        user_key as neighbour_key,
        shared_item_count,
        similarity_score
    from pairs

)

select
    user_key,
    neighbour_key,
    shared_item_count,
    similarity_score,
    cast(row_number() over (
        partition by user_key
        order by similarity_score desc, shared_item_count desc, neighbour_key
    ) as {{ dbt.type_int() }}) as neighbour_rank
from both_directions
where similarity_score > 0
qualify neighbour_rank <= {{ var('user_neighbours_max') }}
