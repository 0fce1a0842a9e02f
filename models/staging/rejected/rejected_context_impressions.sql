{{ rejected_rows(ref('checked_context_impressions'), 'impression_id') }}
