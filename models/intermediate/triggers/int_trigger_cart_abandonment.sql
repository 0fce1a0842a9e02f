-- What was taken out of the cart again is no addition (int_web_interactions). Whoever orders anything, whatever becomes
-- of the order, has decided about the rest of the cart.
-- depends_on: {{ ref('int_web_interactions') }}, {{ ref('int_last_orders') }}
{{ last_event_without_order('cart_add') }}
