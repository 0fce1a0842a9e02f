-- Signed up and ordered nothing yet, whatever became of it.
select
    users.user_id,
    'sign-up' as occasion,
    users.signed_up_at as happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from {{ ref('stg_users') }} as users
left join {{ ref('int_last_orders') }} as last_orders
    on users.user_id = last_orders.user_id
where
    users.signed_up_at is not null
    and last_orders.user_id is null
