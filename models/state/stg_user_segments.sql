select
    segments.user_id,
    segments.scheme,
    segments.segment,
    segments.as_of
from {{ source('state', 'user_segments') }} as segments
inner join {{ ref('stg_users') }} as users
    on segments.user_id = users.user_id
cross join {{ ref('stg_as_of') }} as as_of
where segments.as_of < as_of.as_of
