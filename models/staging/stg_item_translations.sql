select
    item_id,
    locale,
    item_name,
    category,
    description,
    item_url,
    price,
    list_price,
    currency
from {{ ref('checked_item_translations') }}
where reject_reasons = ''
