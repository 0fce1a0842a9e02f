{{ input_rows('offers') }}
