{#- The models that read and judge the inputs: a run is usable when all of them succeeded in it. -#}
{% macro nodes_of_the_gate() %}
    {% set nodes = ['model.recmail.input_contract', 'model.recmail.input_fingerprint', 'model.recmail.input_validation_results'] %}
    {% for name in recmail.input_names() %}
        {% do nodes.append('model.recmail.input_' ~ name) %}
    {% endfor %}
    {{ return(nodes) }}
{% endmacro %}
