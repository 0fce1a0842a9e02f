{{ rejected_rows(ref('checked_erasure_requests'), 'request_number') }}
