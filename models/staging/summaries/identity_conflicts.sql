select
    anonymous_id,
    count(*) as user_count,
    case when count(*) <= {{ var('device_users_max') }} then 'split_by_time' else 'kept_apart' end as resolution
from {{ ref('stg_identities') }}
group by anonymous_id
having count(*) > 1
