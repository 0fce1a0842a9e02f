{#- email_queue with all models that it is made of: the inputs and the gate among them. -#}
{% macro nodes_of_the_queue() %}
    {% set found = ['model.recmail.email_queue'] %}
    {#- the list grows while it is read, until no parent is new -#}
    {% for id in found %}
        {% for parent in graph.nodes[id].depends_on.nodes if parent.startswith('model.') and parent not in found %}
            {% do found.append(parent) %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
