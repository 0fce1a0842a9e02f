{#- a token after a value: an operator, or what ends something open -#}
{% macro rule_read_operator(state, token) %}
    {% set kind, part = token['kind'], token['text'] %}
    {% set levels = {'or': 1, 'and': 2, '+': 5, '-': 5, '*': 6, '/': 6} %}
    {% set compares = part in ['=', '<>', '!=', '<', '<=', '>', '>=', 'in', 'not in']
        or (kind == 'phrase' and part != 'case when') %}
    {#- what binds tighter is complete now, and of equals what stands on the left; `and` may belong to a between -#}
    {% do recmail.rule_apply(state, 5 if compares or part == 'and' else levels.get(part, 1)) %}
    {% set operators, operands = state['operators'], state['operands'] %}
    {% set before = operators[-1] if operators else {'name': none, 'level': 0} %}
    {% set ends_between = part == 'and' and before['name'] in ['between', 'not between'] and not before.get('and') %}
    {% if part == 'and' and not ends_between %}
        {% do recmail.rule_apply(state, 2) %}
    {% endif %}
    {% if state['problem'] %}
    {% elif ends_between %}
        {% do before.update({'and': true}) %}
        {% do state.update({'wants_operand': true}) %}
    {% elif compares and (before['level'] == 4 or operands[-1]['is_comparison']) %}
        {% do state.update({'problem': "comparisons can't be chained: put brackets around what stands before " ~ part}) %}
    {% elif compares and part.split()[-1] in ['null', 'true', 'false'] %}
        {% set operand = operands.pop() %}
        {% do recmail.rule_expect(state, [operand], 'any' if part.split()[-1] == 'null' else 'boolean', part) %}
        {% do recmail.rule_push(state, operand['sql'] ~ ' ' ~ part, 'boolean', true) %}
    {% elif part in ['in', 'not in'] %}
        {% do operators.append({'name': part, 'level': 0, 'start': operands | length - 1}) %}
        {% do state.update({'wants_operand': true}) %}
    {% elif compares or part in levels %}
        {% do operators.append({'name': part, 'level': levels.get(part, 4)}) %}
        {% do state.update({'wants_operand': true}) %}
    {% elif part == ',' and before['name'] and before['name'] not in ['case', 'cast'] %}
        {% do state.update({'wants_operand': true}) %}
    {% elif part == ')' and 'start' in before and before['name'] != 'cast' %}
        {% do recmail.rule_close(state, operators.pop()) %}
    {% elif kind == 'closing_cast' and before['name'] == 'cast' %}
        {% do operators.pop() %}
        {% do recmail.rule_cast(state, part[:-1].split()[1]) %}
    {% elif before['name'] == 'case'
        and part in {'when': ['then'], 'then': ['when', 'else', 'end'], 'else': ['end']}[before['part']] %}
        {% do recmail.rule_case_part(state, before, part) %}
    {% elif part == ')' and before['name'] is none %}
        {% do state.update({'problem': "brackets do not match"}) %}
    {% else %}
        {% do state.update({
            'problem': "did not expect " ~ (part or '(') ~ " after " ~ operands[-1]['sql']
            ~ (" in " ~ before['name'] if before['name'] else "")
        }) %}
    {% endif %}
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
