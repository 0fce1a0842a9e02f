{#- The sources of var `sources` that know users, whether or not their users are the input. -#}
{% macro sources_with_users() %}
    {% set found = [] %}
    {% for source, inputs in recmail.source_inputs().items() if source in var('sources') and 'users' in inputs %}
        {% do found.append(source) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
