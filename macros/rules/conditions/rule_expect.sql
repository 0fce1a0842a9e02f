{#- notes a problem unless all operands are of a kind; `any` is any one kind -#}
{% macro rule_expect(state, operands, kind, where) %}
    {% set expected = operands[0]['kind'] if kind == 'any' else kind %}
    {% for operand in operands if operand['kind'] != expected or expected == 'null' %}
        {% do state.update({'problem': "expected " ~ ("more than null" if expected == 'null' else "a " ~ expected)
            ~ " with " ~ where ~ ", but " ~ operand['sql'] ~ " is a " ~ operand['kind']}) %}
    {% endfor %}
{% endmacro %}
