{% macro rule_push(state, sql, kind, is_comparison=false) %}
    {% do state['operands'].append({'sql': sql, 'kind': kind, 'is_comparison': is_comparison}) %}
    {% do state.update({'wants_operand': false}) %}
{% endmacro %}


{#- notes a problem unless all operands are of a kind; `any` is any one kind -#}
{% macro rule_expect(state, operands, kind, where) %}
    {% set expected = operands[0]['kind'] if kind == 'any' else kind %}
    {% for operand in operands if operand['kind'] != expected or expected == 'null' %}
        {% do state.update({'problem': "expected " ~ ("more than null" if expected == 'null' else "a " ~ expected)
            ~ " with " ~ where ~ ", but " ~ operand['sql'] ~ " is a " ~ operand['kind']}) %}
    {% endfor %}
{% endmacro %}


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


{#- a closing bracket: of a group, a list of values, or a function -#}
{% macro rule_close(state, opening) %}
    {% set name, inside = opening['name'], state['operands'][opening['start']:] %}
    {% do state.update({'operands': state['operands'][:opening['start']]}) %}
    {% set sql = inside | map(attribute='sql') | list %}
    {% if name == '' and inside | length == 1 %}
        {% do recmail.rule_push(state, '(' ~ sql[0] ~ ')', inside[0]['kind']) %}
    {% elif name == '' %}
        {% do state.update({'problem': "expected one condition or value in brackets, not " ~ sql | join(', ')}) %}
    {% elif name in ['in', 'not in'] %}
        {% do recmail.rule_expect(state, inside, 'any', name) %}
        {% do recmail.rule_push(state, sql[0] ~ ' ' ~ name ~ ' (' ~ sql[1:] | join(', ') ~ ')', 'boolean', true) %}
    {% else %}
        {% set takes, gives, least, most = recmail.rule_functions()[name] %}
        {% if not least <= inside | length <= most %}
            {% do state.update({
                'problem': name ~ " takes " ~ least ~ (" to " ~ most if most > least else "") ~ " values, not "
                ~ inside | length
            }) %}
        {% endif %}
        {% do recmail.rule_expect(state, inside, takes, name) %}
        {% do recmail.rule_push(
            state, name ~ '(' ~ sql | join(', ') ~ ')', inside[0]['kind'] if gives == 'any' else gives
        ) %}
    {% endif %}
{% endmacro %}


{% macro rule_cast(state, type) %}
    {% set operand, kind = state['operands'].pop(), recmail.rule_types()[type] %}
    {% if operand['kind'] == 'null' or not (
        operand['kind'] == kind or 'text' in [operand['kind'], kind] or 'time' not in [operand['kind'], kind]
    ) %}
        {% do state.update({'problem': "a " ~ operand['kind'] ~ " can't be cast as " ~ type}) %}
    {% endif %}
    {% do recmail.rule_push(
        state, 'cast(' ~ operand['sql'] ~ ' as ' ~ (dbt.type_string() if type == 'string' else type) ~ ')', kind
    ) %}
{% endmacro %}


{#- when, then, else or end of a case: what stood before it is complete -#}
{% macro rule_case_part(state, case, part) %}
    {% set operand = state['operands'].pop() %}
    {% if case['part'] == 'when' %}
        {% do recmail.rule_expect(state, [operand], 'boolean', 'when') %}
    {% elif case['kind'] == 'null' %}
        {% do case.update({'kind': operand['kind']}) %}
    {% elif operand['kind'] not in ['null', case['kind']] %}
        {% do recmail.rule_expect(state, [operand], case['kind'], case['part']) %}
    {% endif %}
    {% do case.update({'sql': case['sql'] ~ operand['sql'] ~ ' ' ~ part ~ ('' if part == 'end' else ' '), 'part': part}) %}
    {% if part == 'end' %}
        {% do state['operators'].pop() %}
        {% do recmail.rule_push(state, case['sql'], case['kind']) %}
    {% else %}
        {% do state.update({'wants_operand': true}) %}
    {% endif %}
{% endmacro %}
