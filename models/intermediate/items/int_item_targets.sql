-- What names any variant means the item that stands for the family.
with items as (

    select * from {{ ref('stg_items') }}

),

named as (

    select
        item_id,
        'item' as kind,
        item_id as value
    from items
    union all
    select
        item_id,
        'brand' as kind,
        {{ item_kind('brand') }} as value
    from items
    where brand is not null
    union all
    select
        item_id,
        'category' as kind,
        kind as value
    from {{ ref('int_item_kinds') }}
    union all
    select
        items.item_id,
        'tag' as kind,
        {{ item_kind('split_element') }} as value
    from items
    {{ unnest_split('items.tags', '|') }}
    where trim(split_element) <> ''

)

select
    named.kind,
    named.value,
    item_keys.item_key,
    cast(dense_rank() over (order by named.kind, named.value) as {{ dbt.type_int() }}) as target_key
from named
inner join {{ ref('int_item_families') }} as families
    on named.item_id = families.item_id
inner join {{ ref('int_item_keys') }} as item_keys
    on families.family_item_id = item_keys.item_id
group by named.kind, named.value, item_keys.item_key
