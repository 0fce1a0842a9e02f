{#-
  on-run-end hook: usable when all inputs were read and judged in this run, no critical expectation failed, and all
  that emails are made of was built from them in this run, with no failed test. What is of the whole shop (tag
  shop_wide) may be the last full build's where this run was not asked for it, and so may views, which hold no rows, as
  long as that build had the models, seeds and vars of this run. What stopped it is named from the inputs on.
-#}
{% macro close_latest_run(results) %}
    {% if execute and recmail.nodes_of_the_gate() | select('in', selected_resources) | list %}
        {% set succeeded = results | selectattr('status', 'equalto', 'success') | map(attribute='node.unique_id') | list %}
        {% set problems, fingerprint = recmail.problems_of_the_gate(results, succeeded), none %}
        {% if not problems %}
            {% set fingerprint = run_query('select input_fingerprint from ' ~ recmail.relation_of('input_fingerprint'))[0][0] %}
            {% for row in run_query(
                "select table_name, description from " ~ recmail.relation_of('input_validation_results')
                ~ " where not is_success and severity = 'critical' order by table_name, description"
            ) %}
                {% do problems.append(row[0] ~ ': ' ~ row[1] | trim('.')) %}
            {% endfor %}
        {% endif %}
        {% if not problems %}{% do problems.extend(recmail.problems_of_the_queue(results, succeeded)) %}{% endif %}
        {% do recmail.write_latest_run(fingerprint, problems | join('; ') if problems else none) %}
    {% endif %}
{% endmacro %}


{#- what kept inputs from being read or judged -#}
{% macro problems_of_the_gate(results, succeeded) %}
    {% set problems = [] %}
    {% for result in results if result.status == 'error' and result.node.unique_id in recmail.nodes_of_the_gate() %}
        {% do problems.extend(recmail.input_error(result)) %}
    {% endfor %}
    {% if not problems and recmail.nodes_of_the_gate() | reject('in', succeeded) | list %}
        {% do problems.append('it read or judged only some of its inputs, run `dbt build`') %}
    {% endif %}
    {{ return(problems) }}
{% endmacro %}


{#- what of the emails is older than this run, or wrong -#}
{% macro problems_of_the_queue(results, succeeded) %}
    {% set problems, nodes = [], recmail.nodes_of_the_queue() %}
    {% for result in results if result.status in ['fail', 'error', 'runtime error'] %}
        {% set node, others = result.node, [] %}
        {% if node.resource_type == 'test' %}
            {#- a test that also reads what is made of the queue or beside it says nothing of the queue alone -#}
            {% for parent in node.depends_on.nodes if parent.startswith('model.') and parent not in nodes %}
                {% do others.append(parent) %}
            {% endfor %}
        {% endif %}
        {% if node.unique_id in nodes or (node.resource_type == 'test' and not others) %}
            {% do problems.append(node.name ~ ' failed') %}
        {% endif %}
    {% endfor %}
    {% set asked_for = results | map(attribute='node.unique_id') | list %}
    {% set missing = [] %}
    {% set older_views = [] %}
    {% for id in nodes if id not in succeeded %}
        {% if id in asked_for or not ('shop_wide' in graph.nodes[id].tags or graph.nodes[id].config.materialized == 'view') %}
            {% do missing.append(id) %}
        {% elif graph.nodes[id].config.materialized == 'view' %}
            {% do older_views.append(id) %}
        {% endif %}
    {% endfor %}
    {% if not problems and missing %}
        {% do problems.append('it did not build all that emails are made of from its inputs, run `dbt build`') %}
    {% elif not problems and older_views and not recmail.is_of_this_project() %}
        {% do problems.append('models, seeds or vars are not those of the last whole build, run `dbt build`') %}
    {% endif %}
    {{ return(problems) }}
{% endmacro %}


{#- the sentences of input_rows; of any other error only where it was, since its text may quote a row -#}
{% macro input_error(result) %}
    {% set sentences = [] %}
    {% for line in result.message.splitlines() if line.strip().startswith('- ') and "can't be used" in result.message %}
        {% do sentences.append(line.strip()[2:]) %}
    {% endfor %}
    {{ return(sentences or [result.node.alias ~ " can't be read or judged (the run's log says why)"]) }}
{% endmacro %}
