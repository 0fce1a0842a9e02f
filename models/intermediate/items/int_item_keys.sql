select
    item_id,
    cast(row_number() over (order by item_id) as {{ dbt.type_int() }}) as item_key
from {{ ref('stg_items') }}
