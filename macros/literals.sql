{#- Several values as text literals with commas between, by one call: a call costs more than it does. -#}
{% macro literals(values) %}
    {{ return(recmail.literal(values | join('\x1f')) | replace('\x1f', "', '")) }}
{% endmacro %}
