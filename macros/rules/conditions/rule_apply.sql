{#- takes waiting operators off, down to a level, each with its operands -#}
{% macro rule_apply(state, level) %}
    {% set operators, operands = state['operators'], state['operands'] %}
    {% for _ in range(operators | length) if not state['problem'] and operators[-1]['level'] >= level %}
        {% set operator = operators.pop() %}
        {% set name, right = operator['name'], operands.pop() %}
        {% if name == 'sign' %}
            {% do recmail.rule_expect(state, [right], 'number', '-') %}
            {% do recmail.rule_push(state, '-' ~ right['sql'], 'number') %}
        {% elif name == 'not' %}
            {% do recmail.rule_expect(state, [right], 'boolean', name) %}
            {% do recmail.rule_push(state, 'not ' ~ right['sql'], 'boolean') %}
        {% elif name in ['between', 'not between'] and not operator.get('and') %}
            {% do state.update({'problem': name ~ " needs two values, joined by and"}) %}
        {% elif name in ['between', 'not between'] %}
            {% set low = operands.pop() %}
            {% set operand = operands.pop() %}
            {% do recmail.rule_expect(state, [operand, low, right], 'any', name) %}
            {% do recmail.rule_push(
                state, [operand['sql'], name, low['sql'], 'and', right['sql']] | join(' '), 'boolean', true
            ) %}
        {% else %}
            {% set left = operands.pop() %}
            {% set takes = {1: 'boolean', 2: 'boolean', 4: 'any'}.get(operator['level'], 'number') %}
            {% do recmail.rule_expect(state, [left, right], 'text' if 'like' in name else takes, name) %}
            {% do recmail.rule_push(
                state, [left['sql'], name, right['sql']] | join(' '),
                'number' if operator['level'] > 4 else 'boolean', operator['level'] == 4
            ) %}
        {% endif %}
    {% endfor %}
{% endmacro %}
