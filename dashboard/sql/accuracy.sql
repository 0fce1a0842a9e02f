-- One row per run of `make train`, subject, model and metric, all users together.
select
    run_id,
    cast(cut as date) as cut_date,
    replace(subject, '_', ' ') as subject_text,
    replace(model, '_', ' ') as model_text,
    replace(metric, '_', ' ') as metric_text,
    user_count,
    metric_value,
    case
        when subject = 'recommendations' and metric = 'recall_at_10' then 'recall'
        when subject in ('order_30d', 'churn') and metric = 'auc' then 'auc'
    end as chart,
    replace(subject, '_', ' ') || ', ' || replace(model, '_', ' ') as subject_model
from recommendation_accuracy
where dimension = 'all'
order by cut, run_id, subject, metric, model, label_days
