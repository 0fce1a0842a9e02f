{#-
    What lists are made by: all models and seeds, and all vars but those that say where the inputs are, of when, and whose
    lists are made. Another hash means that lists of before can't stand beside new ones: one placement more in its seed gives each
    list another number.
-#}
{% macro project_hash() %}
    {% set parts = [] %}
    {% if execute %}
        {% set places = [
            'input_location', 'ledger_location', 'input_schema', 'input_relations', 'source_places', 'as_of',
            'only_touched_users', 'lists_refresh_days'
        ] %}
        {% for name in recmail.var_types() if name not in places %}
            {% do parts.append(name ~ tojson(var(name), sort_keys=true)) %}
        {% endfor %}
        {% for node in graph.nodes.values() if node.resource_type in ['model', 'seed'] and node.package_name == 'recmail' %}
            {% do parts.append(node.name ~ node.checksum.checksum) %}
        {% endfor %}
    {% endif %}
    {{ return(local_md5(parts | sort | join(';'))) }}
{% endmacro %}
