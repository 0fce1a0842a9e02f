{{ input_rows('send_log') }}
