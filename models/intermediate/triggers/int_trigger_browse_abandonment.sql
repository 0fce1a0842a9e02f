-- Who wished for an item looked at it.
-- depends_on: {{ ref('int_web_interactions') }}
{{ last_event(['item_view', 'wishlist_add']) }}
