{#- Whether a strategy is among those that proposed a candidate, whose number macro proposed_by made. -#}
{% macro is_proposed_by(number, strategy) -%}
    {%- set place = (ranked_strategies() | map(attribute='name') | list).index(strategy) -%}
    ({{ number }} & {{ 2 ** place }}) > 0
{%- endmacro %}
