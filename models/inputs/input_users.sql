{{ input_rows('users') }}
