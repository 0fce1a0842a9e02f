-- A buyer who neither ordered nor looked around since.
select
    user_id,
    cast(cast(last_interaction_at as date) as {{ dbt.type_string() }}) as occasion,
    last_interaction_at as happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from {{ ref('int_user_activity') }}
where order_count > 0
