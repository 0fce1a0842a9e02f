select
    request_number,
    requested_at
from {{ ref('checked_erasure_requests') }}
where reject_reasons = ''
