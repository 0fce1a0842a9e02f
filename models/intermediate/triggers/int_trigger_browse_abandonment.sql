-- depends_on: {{ ref('int_web_interactions') }}, {{ ref('int_last_orders') }}
{{ last_event_without_order('item_view') }}
