select 'x' as input_fingerprint
