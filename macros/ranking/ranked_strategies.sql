{#- Strategies whose proposals the ranker tells apart; of explore's none is ranked. -#}
{% macro ranked_strategies() -%}
    {{ return(strategies() | selectattr('knots') | list) }}
{%- endmacro %}
