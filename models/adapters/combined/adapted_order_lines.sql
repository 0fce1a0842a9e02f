{{ config(enabled=sources_of('order_lines') | length > 0) }}

{{ union_of_sources('order_lines', [
    'order_line_id', 'order_id', 'item_id', 'quantity', 'unit_price', 'discount_amount', 'returned_quantity', 'is_gift'
]) }}
