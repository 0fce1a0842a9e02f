{{ input_rows('context_impressions') }}
