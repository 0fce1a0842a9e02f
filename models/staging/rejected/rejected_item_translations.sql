{{ rejected_rows(ref('checked_item_translations'), 'item_id') }}
