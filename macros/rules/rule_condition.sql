{#-
  The condition of a personalisation rule as SQL, written anew from what was read: {'sql': …, 'problems': […]}. One
  predicate over the columns of user_feature_columns(), checked for types; nothing that was not understood gets through.
  It may hold columns, numbers, texts in single quotes, date '…' and timestamp '…', + - * /, comparisons, and, or, not,
  in, between, like, is [not] null/true/false/distinct from, case when, cast, brackets and the functions of
  rule_functions(). What binds tighter than what is the same on every engine, so brackets stay as they were written.

  A parser by precedence of operators: `operands` were read, `operators` wait for what follows them. Levels: 0 something
  open, 1 or, 2 and, 3 not, 4 comparisons, 5 + -, 6 * /, 7 a sign.
-#}
{% macro rule_condition(text) %}
    {% if text is not string or not text.strip() %}
        {{ return({'sql': none, 'problems': ["expected a condition in `when`, as text"]}) }}
    {% elif text | length > 2000 %}
        {{ return({'sql': none, 'problems': ["a condition may have 2000 characters at most"]}) }}
    {% endif %}
    {% set tokens, problems = recmail.rule_tokens(text) %}
    {% if problems %}
        {{ return({'sql': none, 'problems': problems}) }}
    {% endif %}

    {% set state = {'operands': [], 'operators': [], 'wants_operand': true, 'problem': none} %}
    {% for token in tokens if not state['problem'] %}
        {% if state['operators'] | length > 40 %}
            {% do state.update({'problem': "the condition is nested too deeply"}) %}
        {% elif state['wants_operand'] %}
            {% do recmail.rule_read_operand(state, token) %}
        {% else %}
            {% do recmail.rule_read_operator(state, token) %}
        {% endif %}
    {% endfor %}
    {% if not state['problem'] and state['wants_operand'] %}
        {% do state.update({'problem': "the condition ends where a column or value is expected"}) %}
    {% elif not state['problem'] %}
        {% do recmail.rule_apply(state, 1) %}
    {% endif %}
    {% if not state['problem'] and state['operators'] %}
        {% do state.update({
            'problem': "case lacks its end" if state['operators'][-1]['name'] == 'case' else "brackets do not match"
        }) %}
    {% elif not state['problem'] and state['operands'][0]['kind'] != 'boolean' %}
        {% do state.update({
            'problem': "expected a condition that is true or false, not a " ~ state['operands'][0]['kind']
        }) %}
    {% endif %}
    {% if state['problem'] %}
        {{ return({'sql': none, 'problems': [state['problem']]}) }}
    {% endif %}
    {{ return({'sql': state['operands'][0]['sql'], 'problems': []}) }}
{% endmacro %}


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


{#- types of cast, and their kinds; any other name of a type has its meaning in one engine alone -#}
{% macro rule_types() %}
    {{ return({
        'int': 'number', 'integer': 'number', 'bigint': 'number', 'double': 'number', 'string': 'text',
        'boolean': 'boolean', 'date': 'time', 'timestamp': 'time'
    }) }}
{% endmacro %}


{#-
  The tokens, and what is wrong with them. Letters are those of ASCII, so that look-alikes, other quotes and invisible
  blanks are no part of a token. What belongs together is one token: `is not distinct from`, `not in (`, `abs(`.
-#}
{% macro rule_tokens(text) %}
    {% set misplaced = {
        'in': "in needs its values in brackets: in ('a', 'b')", 'case': "expected case when", 'is': "expected is null, "
        ~ "is true, is false or is distinct from, with or without not", 'as': "expected cast(… as one of "
        ~ recmail.rule_types() | join(', ') ~ ")", 'date': "expected date '2025-12-31'",
        'timestamp': "expected timestamp '2025-12-31 23:59:59'", 'cast': "expected cast(… as …)"
    } %}
    {% set phrases = [
        'is not distinct from', 'is distinct from', 'is not null', 'is null', 'is not true', 'is true', 'is not false',
        'is false', 'not between', 'between', 'not like', 'like', 'case when'
    ] %}
    {% set blanks = '[ \\t\\r\\n]+' %}
    {% set pattern = [
        "(?P<blank>" ~ blanks ~ ")",
        "(?P<string>'(?:[^']|'')*')",
        "(?P<number>(?:[0-9]{1,15}(?:[.][0-9]{1,15})?|[.][0-9]{1,15})(?:e[+-]?[0-9]{1,2})?(?![a-z0-9_.]))",
        "(?P<moment>(?:date|timestamp)(?:" ~ blanks ~ ")?'[^']*')",
        "(?P<opening>(?:not" ~ blanks ~ "in|in|cast|" ~ recmail.rule_functions() | join('|') ~ ")(?:" ~ blanks ~ ")?[(]|[(])",
        "(?P<closing_cast>as" ~ blanks ~ "(?:" ~ recmail.rule_types() | join('|') ~ ")(?:" ~ blanks ~ ")?[)])",
        "(?P<phrase>(?:" ~ phrases | join('|') | replace(' ', blanks) ~ ")(?![a-z0-9_]))",
        "(?P<keyword>(?:and|or|not|null|true|false|when|then|else|end)(?![a-z0-9_]))",
        "(?P<word>[a-z_][a-z0-9_]*)",
        "(?P<other>--|/[*])",
        "(?P<mark><=|>=|<>|!=|[-=<>+*/,)])",
        "(?P<unknown>.)"
    ] | join('|') %}
    {% set tokens, problems = [], [] %}
    {% for found in modules.re.finditer(pattern, text, modules.re.IGNORECASE + modules.re.ASCII + modules.re.DOTALL) %}
        {% set kind, part = found.lastgroup, found.group() %}
        {% set plain = part.lower().split() | join(' ') %}
        {% if kind in ['string', 'moment'] and not is_plain_text(part) %}
            {% do problems.append(
                "a text may not hold backslashes, breaks of the line or invisible characters: " ~ part | tojson
            ) %}
        {% elif kind in ['other', 'unknown'] %}
            {% do problems.append(
                "a condition may not hold " ~ (part if part.isprintable() else part | tojson)
                ~ " outside of closed single quotes"
            ) %}
        {% elif kind == 'word' and plain in misplaced %}
            {% do problems.append(misplaced[plain]) %}
        {% elif kind == 'word' and text[found.end():].lstrip().startswith('(') %}
            {% do problems.append("unknown function " ~ part) %}
        {% elif kind == 'word' and plain not in user_feature_columns() %}
            {% do problems.append("unknown column " ~ part) %}
        {% elif kind == 'opening' %}
            {% do tokens.append({'kind': kind, 'text': part[:-1].lower().split() | join(' ')}) %}
        {% elif kind != 'blank' %}
            {% do tokens.append({'kind': kind, 'text': part if kind in ['string', 'moment'] else plain}) %}
        {% endif %}
    {% endfor %}
    {{ return((tokens, problems | unique | list)) }}
{% endmacro %}


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
