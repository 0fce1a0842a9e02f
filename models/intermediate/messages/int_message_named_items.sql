select
    message_id,
    item_id,
    position,
    category,
    category_name,
    strategy,
    reason_type,
    saved_percent,
    short_name,
    kind_number
from {{ ref('int_message_listings') }}
where is_nameable
