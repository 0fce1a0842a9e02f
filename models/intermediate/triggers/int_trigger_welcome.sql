-- Signed up and ordered nothing yet.
select
    users.user_id,
    'sign-up' as occasion,
    users.signed_up_at as happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from {{ ref('stg_users') }} as users
inner join {{ ref('int_user_activity') }} as activity
    on users.user_id = activity.user_id
where
    users.signed_up_at is not null
    and activity.order_count = 0
