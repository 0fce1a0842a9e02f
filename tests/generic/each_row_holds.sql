{#-
  For a seed that people edit: fails with each row that breaks a rule, named by `row_name` (SQL), and says what was
  expected. `rules` is a list of {expected, holds}: a sentence and the SQL condition for it; null counts as false.
-#}
{% test each_row_holds(model, row_name, rules) %}

select
    concat(
        {{ row_name }},
        ': ',
        concat_ws(
            '; '
            {% for rule in rules %}
                , case when ({{ rule['holds'] }}) is not true then {{ literal('expected ' ~ rule['expected']) }} end
            {% endfor %}
        )
    ) as faults
from {{ model }}
where
    {% for rule in rules %}
        {{ 'or ' if not loop.first }}({{ rule['holds'] }}) is not true
    {% endfor %}

{% endtest %}
