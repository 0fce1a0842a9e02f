select
    interactions.user_id,
    interactions.item_id,
    interactions.last_purchased_at
from {{ ref('int_interactions') }} as interactions
cross join {{ ref('stg_as_of') }} as as_of
where interactions.last_purchased_at > {{ dbt.dateadd('day', -1 * var('repurchase_window_days'), 'as_of.as_of') }}
