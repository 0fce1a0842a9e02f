{#- Names of all strategies, in the order in which they explain. -#}
{% macro strategy_names() -%}
    {{ return(strategies() | map(attribute='name') | list) }}
{%- endmacro %}
