with items as (

    select item_id from {{ ref('stg_items') }}

),

known as (

    select * from {{ source('state', 'item_keys') }}

),

largest as (

    select coalesce(max(item_key), 0) as item_key from known

)

select
    items.item_id,
    {{ lasting_key('items.item_id', 'known.item_key', 'largest.item_key') }} as item_key,
    -- votes and their item are packed into one number (macros/votes/)
    cast({{ at_most(
        'row_number() over (order by items.item_id)', packed_items(), 'the catalogue has too many items'
    ) }} as {{ dbt.type_int() }}) as item_number
from items
cross join largest
left join known
    on items.item_id = known.item_id
