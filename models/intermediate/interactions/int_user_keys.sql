with users as (

    select user_id from {{ ref('int_interactions') }}
    union
    select user_id from {{ ref('stg_users') }}

),

known as (

    select * from {{ source('state', 'user_keys') }}

),

largest as (

    select coalesce(max(user_key), 0) as user_key from known

)

select
    users.user_id,
    {{ lasting_key('users.user_id', 'known.user_key', 'largest.user_key') }} as user_key,
    cast(row_number() over (order by users.user_id) as {{ dbt.type_int() }}) as user_number
from users
cross join largest
left join known
    on users.user_id = known.user_id
