{{ rejected_rows(ref('checked_orders'), 'order_id') }}
