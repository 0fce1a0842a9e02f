{#-
  on-run-end hook: where failed tests found what, up to three different `faults` each. No other column is printed, since
  rows may hold personal data; a test without that column says nothing more than its name.
-#}
{% macro print_faults(results) %}
    {% for result in results if execute and result.node.resource_type == 'test' and result.status in ('fail', 'warn') %}
        {% set failing_rows = "(" ~ result.node.compiled_code ~ ") as failing_rows" %}
        {% set columns = run_query("select * from " ~ failing_rows ~ " where false").column_names | map('lower') | list %}
        {% if 'faults' in columns %}
            {% set found = run_query(
                "select faults, count(*) as row_count from " ~ failing_rows
                ~ " group by faults order by row_count desc, faults"
            ) %}
            {% set lines = [] %}
            {% for row in found.rows[:3] %}
                {% do lines.append(row[0] ~ (" (" ~ row[1] ~ " rows)" if row[1] > 1 else "")) %}
            {% endfor %}
            {% if found | length > 3 %}
                {% do lines.append("… and " ~ (found | length - 3) ~ " more kinds of fault") %}
            {% endif %}
            {% set place = (result.node.attached_node or result.node.name).split('.') | last %}
            {% do exceptions.warn(place ~ ': ' ~ lines | join("\n")) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
