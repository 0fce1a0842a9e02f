{{ config(enabled=sources_of('identities') | length > 0) }}

{{ with_users_of_sources('identities', ['anonymous_id', 'linked_at']) }}
