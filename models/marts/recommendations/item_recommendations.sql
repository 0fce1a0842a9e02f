with lists as (

    select
        context_key,
        item_key,
        neighbour_key,
        list_rank,
        similarity_score,
        pair_count,
        confidence,
        reverse_confidence,
        lift,
        cast(null as {{ dbt.type_string() }}) as fallback
    from {{ ref('int_item_neighbours') }}
    union all
    select
        context_key,
        item_key,
        neighbour_key,
        list_rank,
        0 as similarity_score,
        0 as pair_count,
        null as confidence,
        null as reverse_confidence,
        null as lift,
        fallback
    from {{ ref('int_item_fallbacks') }}

),

item_keys as (

    select * from {{ ref('int_item_keys') }}

),

-- a variant shows the list of its family
shown_on as (

    select
        items.item_id,
        item_keys.item_key as family_item_key
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_families') }} as families
        on items.item_id = families.item_id
    inner join item_keys
        on families.family_item_id = item_keys.item_id
    where items.is_product

)

select
    {{ context_name('lists.context_key') }} as context,
    shown_on.item_id,
    recommended.item_id as recommended_item_id,
    cast(lists.list_rank as integer) as rank,
    cast(lists.similarity_score as double) as score,
    cast(lists.pair_count as bigint) as support_count,
    cast(lists.confidence as double) as confidence,
    cast(lists.reverse_confidence as double) as reverse_confidence,
    cast(lists.lift as double) as lift,
    lists.fallback
from lists
inner join shown_on
    on lists.item_key = shown_on.family_item_key
inner join item_keys as recommended
    on lists.neighbour_key = recommended.item_key
