{{ input_rows('order_lines') }}
