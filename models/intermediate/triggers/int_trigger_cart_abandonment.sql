-- What was taken out of the cart again is no addition (int_web_interactions).
-- depends_on: {{ ref('int_web_interactions') }}
{{ last_event(['cart_add']) }}
