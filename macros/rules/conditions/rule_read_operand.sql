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
