select
    states.item_id,
    states.price,
    states.currency,
    states.is_in_stock,
    states.as_of
from {{ source('state', 'item_states') }} as states
cross join {{ ref('stg_as_of') }} as as_of
where states.as_of < as_of.as_of
