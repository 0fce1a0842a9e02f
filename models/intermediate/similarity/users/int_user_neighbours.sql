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
    both_directions.*,
    cast(row_number() over (
        partition by both_directions.user_key
        order by
            both_directions.similarity_score desc,
            both_directions.shared_item_count desc,
            neighbours.user_number
    ) as {{ dbt.type_int() }}) as neighbour_rank
from both_directions
inner join {{ ref('int_user_keys') }} as neighbours
    on both_directions.neighbour_key = neighbours.user_key
where both_directions.similarity_score > 0
qualify neighbour_rank <= {{ constants().user_neighbours_max }}
