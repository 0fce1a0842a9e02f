{% macro rule_push(state, sql, kind, is_comparison=false) %}
    {% do state['operands'].append({'sql': sql, 'kind': kind, 'is_comparison': is_comparison}) %}
    {% do state.update({'wants_operand': false}) %}
{% endmacro %}
