{{ input_rows('email_events') }}
