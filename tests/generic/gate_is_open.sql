{#- On input_validation_results: fails with each failed expectation of the given level, critical or warning. -#}
{% test gate_is_open(model, level) %}

select
    concat(
        '{{ "The inputs failed the gate, nothing is built from them (out/input_quality.html shows more): "
            if level == "critical" else "The inputs look odd: " }}',
        table_name,
        coalesce('.' || column_name, ''), ': ', description, ' Found: ', observed
    ) as faults,
    table_name,
    column_name,
    expectation
from {{ model }}
where not is_success and severity = '{{ level }}'

{% endtest %}
