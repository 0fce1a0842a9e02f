{{ input_rows('user_exclusions') }}
