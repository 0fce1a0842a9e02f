{#-
  The condition of a personalisation rule as SQL, written anew from what was read: {'sql': …, 'problems': […]}. One
  predicate over the columns of user_feature_columns(), checked for types; nothing that was not understood gets through.
  It may hold columns, numbers, texts in single quotes, date '…' and timestamp '…', + - * /, comparisons, and, or, not,
  in, between, like, is [not] null/true/false/distinct from, case when, cast, brackets and the functions of
  rule_functions(). What binds tighter than what is the same on every engine, so brackets stay as they were written.

  A parser by precedence of operators, in folder conditions: `operands` were read, `operators` wait for what
  follows them. Levels: 0 something open, 1 or, 2 and, 3 not, 4 comparisons, 5 + -, 6 * /, 7 a sign.
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
