{{ rejected_rows(ref('checked_experiment_assignments'), 'experiment, user_id') }}
