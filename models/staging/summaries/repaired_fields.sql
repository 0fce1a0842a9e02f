with repaired_rows as (

    select
        'users' as table_name,
        user_id as row_key,
        repairs
    from {{ ref('stg_users') }}
    where repairs <> ''
    union all
    select
        'items' as table_name,
        item_id as row_key,
        repairs
    from {{ ref('stg_items') }}
    where repairs <> ''

)

select
    table_name,
    row_key,
    repairs
from repaired_rows
