{{ rejected_rows(ref('checked_send_log'), 'message_id') }}
