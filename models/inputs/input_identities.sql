{{ input_rows('identities') }}
