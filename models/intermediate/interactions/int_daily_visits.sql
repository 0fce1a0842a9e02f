{{ daily_interactions(ref('int_visit_events')) }}
