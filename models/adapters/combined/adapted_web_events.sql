{{ config(enabled=sources_of('web_events') | length > 0) }}

{{ with_users_of_sources('web_events', [
    'event_id', 'event_type', 'anonymous_id', 'session_id', 'item_id', 'category', 'search_query', 'device_type', 'occurred_at'
]) }}
