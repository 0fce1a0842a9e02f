-- Apart from int_daily_visits: most of a shop's history, and a round without new orders leaves it as it is.
{{ daily_interactions(ref('int_purchase_events')) }}
