-- What the user searched and found: an item viewed within the minutes in which a view is credited to the search before it.
-- A search that led to nothing names nothing that an email could show.
-- depends_on: {{ ref('int_web_interactions') }}, {{ ref('int_last_orders') }}
{{ last_event_without_order('item_view', led_by='search') }}
