{{ input_rows('items') }}
