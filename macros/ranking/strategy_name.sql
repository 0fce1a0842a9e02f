{#- Name of the strategy whose number stands in a column. -#}
{% macro strategy_name(number) -%}
    case {{ number }}
        {%- for name in strategy_names() %}
            when {{ loop.index }} then '{{ name }}'
        {%- endfor %}
    end
{%- endmacro %}
