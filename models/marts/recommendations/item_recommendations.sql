with neighbours as (

    select * from {{ ref('int_item_neighbours') }}

),

fallbacks as (

    select * from {{ ref('int_item_fallbacks') }}

),

lists as (

    select
        context,
        item_id,
        neighbour_item_id,
        list_rank as place,
        similarity_score,
        pair_count,
        confidence,
        reverse_confidence,
        lift,
        cast(null as {{ dbt.type_string() }}) as fallback
    from neighbours
    union all
    select
        context,
        item_id,
        neighbour_item_id,
        fallback_place as place,
        0 as similarity_score,
        0 as pair_count,
        null as confidence,
        null as reverse_confidence,
        null as lift,
        fallback
    from fallbacks

)

-- a variant shows the list of its family
select
    lists.context,
    items.item_id,
    lists.neighbour_item_id as recommended_item_id,
    cast(row_number() over (
        partition by lists.context, items.item_id
        order by case when lists.fallback is null then 0 else 1 end, lists.place
    ) as integer) as rank,
    cast(lists.similarity_score as double) as score,
    cast(lists.pair_count as bigint) as support_count,
    cast(lists.confidence as double) as confidence,
    cast(lists.reverse_confidence as double) as reverse_confidence,
    cast(lists.lift as double) as lift,
    lists.fallback
from lists
inner join {{ ref('int_item_families') }} as families
    on lists.item_id = families.family_item_id
inner join {{ ref('stg_items') }} as items
    on families.item_id = items.item_id
where items.is_product
