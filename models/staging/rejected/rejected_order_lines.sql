{{ rejected_rows(ref('checked_order_lines'), 'order_line_id') }}
