{#-
  The input as staging reads it. The ref makes every model that reads an input wait for the gate: none is built
  from inputs that failed it.
-#}
{% macro gated_input(table_name) %}
    {% do ref('input_validation_results') %}
    {{ return(ref('input_' ~ table_name)) }}
{% endmacro %}
