select
    withheld.message_id,
    withheld.user_id,
    withheld.trigger_type,
    withheld.reason,
    withheld.as_of
from {{ source('state', 'withheld_messages') }} as withheld
inner join {{ ref('stg_users') }} as users
    on withheld.user_id = users.user_id
cross join {{ ref('stg_as_of') }} as as_of
where withheld.as_of < as_of.as_of
