select
    order_id,
    user_id,
    anonymous_id,
    order_status,
    currency,
    ordered_at
from {{ ref('checked_orders') }}
where reject_reasons = ''
