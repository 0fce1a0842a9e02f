{#- Var `rejected_share_warn` or `rejected_share_error` of one input: a key of its own goes before `default`. -#}
{% macro rejected_share_limit(table_name, level) %}
    {% set limits = var('rejected_share_' ~ level) %}
    {{ return(limits.get(table_name, limits['default'])) }}
{% endmacro %}
