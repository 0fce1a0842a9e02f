{#-
  email_queue with all models of recmail that it is made of: the inputs and the gate among them. Models of a host
  project before the inputs are the shop's own, as its files are. None where a host has disabled email_queue; its own
  of that name counts instead.
-#}
{% macro nodes_of_the_queue() %}
    {% set found = [] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.name == 'email_queue' %}
        {% do found.append(node.unique_id) %}
    {% endfor %}
    {#- the list grows while it is read, until no parent is new -#}
    {% for id in found %}
        {% for parent in graph.nodes[id].depends_on.nodes if parent.startswith('model.recmail.') and parent not in found %}
            {% do found.append(parent) %}
        {% endfor %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
