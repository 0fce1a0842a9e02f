{{ rejected_rows(ref('checked_items'), 'item_id') }}
