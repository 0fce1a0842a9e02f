{{ input_rows('experiment_assignments') }}
