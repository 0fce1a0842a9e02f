select
    experiment,
    user_id,
    arm,
    assigned_at
from {{ ref('checked_experiment_assignments') }}
where reject_reasons = ''
