{#- a token where a value, something that opens, or a prefix must stand -#}
{% macro rule_read_operand(state, token) %}
    {% set kind, part, operators = token['kind'], token['text'], state['operators'] %}
    {% set before = operators[-1] if operators else {'name': 'the start', 'level': 0} %}
    {% if kind == 'word' %}
        {% do recmail.rule_push(state, part, user_feature_columns()[part]) %}
    {% elif kind == 'number' %}
        {% do recmail.rule_push(state, part, 'number') %}
    {% elif kind == 'string' %}
        {% do recmail.rule_push(state, literal(part[1:-1] | replace("''", "'")), 'text') %}
    {% elif kind == 'moment' %}
        {% set name, moment = part.split("'")[0].strip().lower(), part.split("'")[1] %}
        {% if not utc_timestamp(moment) or (name == 'date' and moment | length != 10) %}
            {% do state.update({
                'problem': "expected " ~ name ~ " '2025-12-31" ~ ("'" if name == 'date' else " 23:59:59'") ~ ", not " ~ part
            }) %}
        {% else %}
            {% do recmail.rule_push(
                state, name ~ ' ' ~ literal(moment if name == 'date' else utc_timestamp(moment)), 'time'
            ) %}
        {% endif %}
    {% elif part in ['true', 'false'] %}
        {% do recmail.rule_push(state, part, 'boolean') %}
    {% elif part == 'null' and before.get('part') in ['then', 'else'] %}
        {% do recmail.rule_push(state, part, 'null') %}
    {% elif part == 'null' %}
        {% do state.update({'problem': "nothing equals null: write is null or is not null"}) %}
    {% elif kind == 'opening' and part not in ['in', 'not in'] %}
        {% do operators.append({'name': part, 'level': 0, 'start': state['operands'] | length}) %}
    {% elif part == 'case when' %}
        {% do operators.append({'name': 'case', 'level': 0, 'part': 'when', 'sql': 'case when ', 'kind': 'null'}) %}
    {% elif part == 'not' and before['level'] <= 3 %}
        {% do operators.append({'name': 'not', 'level': 3}) %}
    {% elif part == '-' and before['level'] < 7 %}
        {% do operators.append({'name': 'sign', 'level': 7}) %}
    {% else %}
        {% do state.update({
            'problem': "expected a column or value after " ~ (before['name'] or '(') ~ ", not " ~ (part or '(')
        }) %}
    {% endif %}
{% endmacro %}


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
