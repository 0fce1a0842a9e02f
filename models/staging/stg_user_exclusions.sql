select
    user_id,
    kind,
    value,
    source,
    excluded_at
from {{ ref('checked_user_exclusions') }}
where reject_reasons = ''
