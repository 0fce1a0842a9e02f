{#-
    on-run-end hook: what a run that succeeded adds to the tables of source `state`, all of it in one transaction. A
    run of which anything failed, was skipped or was cut off adds nothing, neither does a model that the run did not
    build, and dbt's `--empty` leaves all as it is. Exports come after the mails: what fails there holds back what was
    exported and nothing else. No mail reads a mart of metrics: what fails there holds back nothing, but for the
    segments that state is made of. A host's own models hold back nothing either: what is made of one that failed is
    skipped, and recmail's. Each table's meta (models/state/_state__sources.yml) says how:
    model    the model that is appended, with the same columns
    when     of `model` only rows of which this holds are appended
    number   ids that have no number yet are added with theirs; without it the rows of this run are written,
    run      which are those whose `column` has the value it has in `model`, in place of what an earlier run wrote there
    replaced the rows of this run take the place of all
    after    nothing is appended by a run that did not build this model
    forget   who leaves: rows whose `column` is in input `when_in`, or not in input `unless_in`. A number stays taken,
             without its id, so that nobody else gets it
-#}
{% macro append_state(results) %}
    {% if execute and flags.WHICH in ('build', 'run') and not flags.EMPTY %}
        {% set failed = [] %}
        {% set failed_exports = [] %}
        {% for result in results if result.status not in ['success', 'pass', 'warn', 'no-op'] %}
            {% set is_export = 'exports' in result.node.fqn or 'stg_exported_rows' in result.node.unique_id %}
            {% set is_metric = 'metrics' in result.node.fqn and 'user_segment_history' not in result.node.unique_id %}
            {% if not is_metric and result.node.package_name == 'recmail' %}
                {% do (failed_exports if is_export else failed).append(result) %}
            {% endif %}
        {% endfor %}
        {% set built = results | selectattr('status', 'equalto', 'success') | map(attribute='node.name') | list %}
        {% set tables = [] %}
        {% for table in graph.sources.values() if table.source_name == 'state' and table.config.meta.model in built
            and table.config.meta.get('after', table.config.meta.model) in built
            and not (failed_exports and table.config.meta.replaced) %}
            {% do tables.append(table) %}
        {% endfor %}
        {% if tables and not failed %}
            {{ recmail.write_state(tables, 'stg_erasure_requests' in built) }}
        {% endif %}
    {% endif %}
{% endmacro %}
