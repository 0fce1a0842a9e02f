{{ rejected_rows(ref('checked_erasure_requests'), 'user_hash') }}
