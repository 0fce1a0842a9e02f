{{ input_rows('web_events') }}
