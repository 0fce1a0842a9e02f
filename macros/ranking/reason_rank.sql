{#- Which strategy explains first, 1 before 2: its place in macro strategies. -#}
{% macro reason_rank(strategy) -%}
    case {{ strategy }}
        {%- for name in strategy_names() %}
            when '{{ name }}' then {{ loop.index }}
        {%- endfor %}
    end
{%- endmacro %}
