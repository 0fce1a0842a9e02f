{#-
  For a seed that people edit. `rules` is a list of {expected, holds}: a sentence and the SQL condition for it; null
  counts as false. Fails with one message that names each wrong row by `row_name` (SQL) and says what was expected.
-#}
{% test each_row_holds(model, row_name, rules) %}
{% if execute %}
    {% set faults = [] %}
    {% for rule in rules %}
        {% for row in run_query(
            "select concat(" ~ row_name ~ ") from " ~ model ~ " where (" ~ rule['holds'] ~ ") is not true order by 1"
        ) %}
            {% do faults.append(row[0] ~ ": expected " ~ rule['expected']) %}
        {% endfor %}
    {% endfor %}
    {% if faults %}
        {% do exceptions.raise_compiler_error(
            "Rows of " ~ model.identifier ~ " are not as they must be:\n- " ~ faults | join("\n- ")
        ) %}
    {% endif %}
{% endif %}
select 1 as failure where false
{% endtest %}
