select 'l1' as order_line_id, 'o1' as order_id, 'i1' as item_id, 1 as quantity, 30 as unit_price
