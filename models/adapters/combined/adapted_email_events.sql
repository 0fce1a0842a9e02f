{{ config(enabled=sources_of('email_events') | length > 0) }}

{{ with_users_of_sources('email_events', [
    'event_id', 'event_type', 'message_id', 'item_id', 'bounce_type', 'is_machine', 'occurred_at'
]) }}
