{{ rejected_rows(ref('checked_identities'), 'anonymous_id, user_id') }}
