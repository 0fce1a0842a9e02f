select
    order_line_id,
    order_id,
    item_id,
    quantity,
    unit_price,
    discount_amount,
    returned_quantity,
    is_gift
from {{ ref('checked_order_lines') }}
where reject_reasons = '' and not is_cancelling
