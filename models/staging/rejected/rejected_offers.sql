{{ rejected_rows(ref('checked_offers'), 'offer_id') }}
