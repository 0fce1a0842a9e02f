select
    accuracy.run_id,
    accuracy.subject,
    accuracy.model,
    accuracy.cut,
    accuracy.label_days,
    accuracy.dimension,
    accuracy.dimension_value,
    accuracy.user_count,
    accuracy.metric,
    accuracy.metric_value,
    accuracy.run_number = max(accuracy.run_number) over (partition by accuracy.subject) as is_newest_run
from {{ ref('stg_ranker_accuracy') }} as accuracy
