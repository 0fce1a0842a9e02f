with users as (

    select user_id from {{ ref('int_interactions') }}
    union
    select user_id from {{ ref('stg_users') }}

)

select
    user_id,
    cast(row_number() over (order by user_id) as {{ dbt.type_int() }}) as user_key
from users
