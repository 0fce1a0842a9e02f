{#- Names of var `strategies_enabled`, which is `all` or a list. A name that is no strategy stops the parse. -#}
{% macro enabled_strategies() -%}
    {% set chosen = strategy_names() if var('strategies_enabled') == 'all' else var('strategies_enabled') %}
    {% for name in chosen if name not in strategy_names() %}
        {{ exceptions.raise_compiler_error(
            "recmail: var strategies_enabled names '" ~ name ~ "', which is none of " ~ strategy_names() | join(', ')
        ) }}
    {% endfor %}
    {{ return(chosen) }}
{%- endmacro %}
