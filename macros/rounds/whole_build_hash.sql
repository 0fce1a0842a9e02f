{#-
    project_hash for the stamps of this run; '' where views are those of another project, made by a run before: then no run
    is of this project until one has built them.
-#}
{% macro whole_build_hash() %}
    {% if execute and not is_of_this_project() %}
        {% for id in nodes_of_the_queue() if graph.nodes[id].config.materialized == 'view' and id not in selected_resources %}
            {{ return('') }}
        {% endfor %}
    {% endif %}
    {{ return(project_hash()) }}
{% endmacro %}
