{#-
  On input_validation_results: fails with one message that names each failed expectation of the given severity: table,
  column, what was expected and what was found. Warnings are printed as such and do not fail.
-#}
{% test gate_is_open(model, level) %}
{% if execute %}
    {% set failures = [] %}
    {% for row in run_query(
        "select table_name || coalesce('.' || column_name, '') || ': ' || description || ' Found: ' || observed"
        ~ " from " ~ model ~ " where not is_success and severity = '" ~ level ~ "' order by table_name, description"
    ) %}
        {% do failures.append(row[0]) %}
    {% endfor %}
    {% if failures and level == 'critical' %}
        {% do exceptions.raise_compiler_error(
            "The inputs failed the gate, nothing is built from them (out/input_quality.html shows more):\n- "
            ~ failures | join("\n- ")
        ) %}
    {% elif failures %}
        {% do exceptions.warn("The inputs look odd:\n- " ~ failures | join("\n- ")) %}
    {% endif %}
{% endif %}
select 1 as failure where false
{% endtest %}
