{{ config(enabled=sources_of('items') | length > 0) }}

{{ union_of_sources('items', [
    'item_id', 'parent_item_id', 'item_name', 'category', 'brand', 'price', 'list_price', 'unit_cost', 'currency',
    'image_url', 'item_url', 'stock_quantity', 'is_active', 'rating_average', 'rating_count', 'published_at'
]) }}
