{#- The sources of var `sources` that an input comes of; none where var `input_relations` names a model for it. -#}
{% macro sources_of(table_name) %}
    {% set found = [] %}
    {% for source, inputs in recmail.source_inputs().items() %}
        {% if source in var('sources') and table_name in inputs and table_name not in var('input_relations') %}
            {% do found.append(source) %}
        {% endif %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
