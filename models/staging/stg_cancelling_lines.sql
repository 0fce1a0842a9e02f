{{ config(materialized='table') }}    -- most shops have none, and what joins them should know

select
    order_line_id,
    order_id,
    item_id,
    quantity,
    unit_price
from {{ ref('checked_order_lines') }}
where reject_reasons = '' and is_cancelling
