{{ rejected_rows(ref('checked_email_events'), 'event_id') }}
