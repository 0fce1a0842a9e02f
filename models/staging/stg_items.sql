select
    item_id,
    parent_item_id,
    item_name,
    category,
    subcategory,
    brand,
    currency,
    image_url,
    item_url,
    description,
    season,
    price,
    list_price,
    unit_cost,
    rating_average,
    rating_count,
    stock_quantity,
    is_active,
    published_at,
    available_until
from {{ ref('checked_items') }}
where reject_reasons = ''
