{#- Fails with each row whose value is 0 or below; null passes. -#}
{% test is_above_zero(model, column_name) %}

select {{ column_name }}
from {{ model }}
where {{ column_name }} <= 0

{% endtest %}
