-- prices, stock and ratings change every hour, and no table that a round may keep reads them
{{ config(counted=[
    'item_id', 'parent_item_id', 'item_name', 'category', 'subcategory', 'brand', 'tags', 'currency', 'is_active',
    'is_product'
]) }}

select
    item_id,
    parent_item_id,
    item_name,
    category,
    subcategory,
    brand,
    tags,
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
    available_until,
    is_product,
    repairs
from {{ ref('checked_items') }}
where reject_reasons = ''
