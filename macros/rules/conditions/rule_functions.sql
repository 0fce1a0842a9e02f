{#- what a function takes (a kind, or any: all of one), what it gives, and how many arguments it has -#}
{% macro rule_functions() %}
    {{ return({
        'abs': ('number', 'number', 1, 1), 'ceil': ('number', 'number', 1, 1), 'floor': ('number', 'number', 1, 1),
        'round': ('number', 'number', 1, 2), 'mod': ('number', 'number', 2, 2), 'length': ('text', 'number', 1, 1),
        'lower': ('text', 'text', 1, 1), 'upper': ('text', 'text', 1, 1), 'concat': ('text', 'text', 1, 20),
        'coalesce': ('any', 'any', 1, 20), 'nullif': ('any', 'any', 2, 2),
        'greatest': ('any', 'any', 2, 20), 'least': ('any', 'any', 2, 20)
    }) }}
{% endmacro %}
