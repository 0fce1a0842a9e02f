-- One row per check of the metrics.
select
    replace(alert, '_', ' ') as alert_text,
    status,
    replace(status, '_', ' ') as status_text,
    case alert when 'input_warnings' then 'count' else 'rate' end as kind,
    metric_value,
    baseline_value
from metric_alerts
order by status <> 'raised', status, alert
