{#- types of cast, and their kinds; any other name of a type has its meaning in one engine alone -#}
{% macro rule_types() %}
    {{ return({
        'int': 'number', 'integer': 'number', 'bigint': 'number', 'double': 'number', 'string': 'text',
        'boolean': 'boolean', 'date': 'time', 'timestamp': 'time'
    }) }}
{% endmacro %}
