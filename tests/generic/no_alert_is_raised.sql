{#- Fails with each check of metric_alerts that is raised. -#}
{% test no_alert_is_raised(model) %}

select
    alert || ' is raised' as faults,
    alert,
    metric_value,
    baseline_value
from {{ model }}
where status = 'raised'

{% endtest %}
