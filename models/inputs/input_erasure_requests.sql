{{ input_rows('erasure_requests') }}
