{#- Numbers of the strategies of a family, as a list for `in`. -#}
{% macro strategy_numbers(family) -%}
    {%- for strategy in strategies() | selectattr('family', 'equalto', family) -%}
        {{ strategy_number(strategy.name) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
