{{ rejected_rows(ref('checked_user_exclusions'), 'user_id, kind, value') }}
