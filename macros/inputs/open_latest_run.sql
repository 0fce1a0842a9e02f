{#- on-run-start hook: before anything is read the run is marked unusable, so that a run that is killed stays so -#}
{% macro open_latest_run() %}
    {% if execute and recmail.nodes_of_the_gate() | select('in', selected_resources) | list %}
        {% do adapter.create_schema(recmail.latest_run().without_identifier()) %}
        {% do recmail.write_latest_run(none, 'the run did not get through its inputs and the gate') %}
    {% endif %}
{% endmacro %}
