{#- Condition for a strategy's where clause: one that is switched off proposes nothing, and costs nothing. -#}
{% macro strategy_is_enabled(strategy) -%}
    {{ 'true' if strategy in enabled_strategies() else 'false' }}
{%- endmacro %}
