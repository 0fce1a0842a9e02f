{{ config(enabled=sources_of('orders') | length > 0) }}

{{ with_users_of_sources('orders', ['order_id', 'anonymous_id', 'order_status', 'currency', 'ordered_at']) }}
