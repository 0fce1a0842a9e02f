with users as (

    select distinct user_id from {{ ref('int_interactions') }}

)

select
    user_id,
    cast(row_number() over (order by user_id) as {{ dbt.type_int() }}) as user_key
from users
