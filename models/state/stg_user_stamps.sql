select
    user_key,
    profile_hash,
    events_hash,
    lists_hash,
    due_hash
from {{ source('state', 'user_stamps') }}
