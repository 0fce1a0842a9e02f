{{ rejected_rows(ref('checked_users'), 'user_id') }}
