{#- Number of the strategy that proposes from the context whose number stands in a column: they have the same name. -#}
{% macro context_strategy(context_key) -%}
    case {{ context_key }}
        {%- for context in item_contexts() %}
            when {{ loop.index }} then {{ strategy_number(context) }}
        {%- endfor %}
    end
{%- endmacro %}
