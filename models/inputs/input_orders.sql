{{ input_rows('orders') }}
