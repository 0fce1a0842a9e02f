{{ rejected_rows(ref('checked_web_events'), 'event_id') }}
