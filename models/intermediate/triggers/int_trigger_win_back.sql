-- A buyer who neither ordered, whatever became of it, nor looked around since.
with last_acts as (

    select
        activity.user_id,
        greatest(activity.last_interaction_at, last_orders.last_ordered_at) as last_acted_at
    from {{ ref('int_user_activity') }} as activity
    inner join {{ ref('int_last_orders') }} as last_orders
        on activity.user_id = last_orders.user_id
    where activity.order_count > 0

)

select
    user_id,
    cast(cast(last_acted_at as date) as {{ dbt.type_string() }}) as occasion,
    last_acted_at as happened_at,
    cast(null as {{ dbt.type_string() }}) as item_id
from last_acts
