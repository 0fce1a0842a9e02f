select
    impression_id,
    context,
    user_id,
    item_id,
    cast(position as integer) as position,
    strategy,
    revenue_amount,
    is_clicked,
    is_added_to_cart,
    is_purchased,
    occurred_at
from {{ ref('checked_context_impressions') }}
where reject_reasons = ''
