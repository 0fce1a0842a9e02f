select
    anonymous_id,
    max_by(user_id, linked_at) as user_id
from {{ ref('stg_identities') }}
group by anonymous_id
