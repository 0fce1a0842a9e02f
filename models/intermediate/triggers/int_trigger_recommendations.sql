-- Everybody's, every day of the user's own calendar.
select
    users.user_id,
    cast(
        cast({{ local_time('as_of.as_of', "coalesce(users.timezone, 'UTC')") }} as date) as {{ dbt.type_string() }}
    ) as occasion,
    as_of.as_of as happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from {{ ref('stg_users') }} as users
cross join {{ ref('stg_as_of') }} as as_of
