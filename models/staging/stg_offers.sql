select
    offer_id,
    offer_name,
    item_id,
    category,
    minimum_segment,
    offer_code,
    offer_url,
    discount_percent,
    starts_at,
    ends_at
from {{ ref('checked_offers') }}
where reject_reasons = ''
