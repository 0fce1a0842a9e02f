{#- on-run-end hook: usable when all inputs were read and judged in this run, and no critical expectation failed -#}
{% macro close_latest_run(results) %}
    {% if execute and recmail.nodes_of_the_gate() | select('in', selected_resources) | list %}
        {% set problems, succeeded = [], [] %}
        {% for result in results if result.node.unique_id in recmail.nodes_of_the_gate() %}
            {% if result.status == 'success' %}
                {% do succeeded.append(result.node.unique_id) %}
            {% elif result.status == 'error' %}
                {% do problems.extend(recmail.input_error(result)) %}
            {% endif %}
        {% endfor %}
        {% if not problems and succeeded | length < recmail.nodes_of_the_gate() | length %}
            {% do problems.append('it read or judged only some of its inputs, run `dbt build`') %}
        {% endif %}
        {% set fingerprint = none %}
        {% if not problems %}
            {% set fingerprint = run_query('select input_fingerprint from ' ~ recmail.relation_of('input_fingerprint'))[0][0] %}
            {% for row in run_query(
                "select table_name, description from " ~ recmail.relation_of('input_validation_results')
                ~ " where not is_success and severity = 'critical' order by table_name, description"
            ) %}
                {% do problems.append(row[0] ~ ': ' ~ row[1] | trim('.')) %}
            {% endfor %}
        {% endif %}
        {% do recmail.write_latest_run(fingerprint, problems | join('; ') if problems else none) %}
    {% endif %}
{% endmacro %}


{#- the sentences of input_rows; of any other error only where it was, since its text may quote a row -#}
{% macro input_error(result) %}
    {% set sentences = [] %}
    {% for line in result.message.splitlines() if line.strip().startswith('- ') and "can't be used" in result.message %}
        {% do sentences.append(line.strip()[2:]) %}
    {% endfor %}
    {{ return(sentences or [result.node.alias ~ " can't be read or judged (the run's log says why)"]) }}
{% endmacro %}
