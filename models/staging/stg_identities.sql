select
    anonymous_id,
    user_id,
    linked_at
from {{ ref('checked_identities') }}
where reject_reasons = ''
