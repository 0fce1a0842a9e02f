select
    runs.run_id,
    runs.run_number,
    accuracy.subject,
    accuracy.model,
    accuracy.cut,
    accuracy.label_days,
    accuracy.dimension,
    accuracy.dimension_value,
    accuracy.user_count,
    accuracy.metric,
    accuracy.value as metric_value
from {{ source('ranker', 'accuracy') }} as accuracy
inner join {{ source('ranker', 'training_runs') }} as runs
    on accuracy.run_id = runs.run_id
