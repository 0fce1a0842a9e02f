{#- Names of var `strategies_enabled`, which is `all` or a list. -#}
{% macro enabled_strategies() -%}
    {{ return(strategy_names() if var('strategies_enabled') == 'all' else var('strategies_enabled')) }}
{%- endmacro %}
