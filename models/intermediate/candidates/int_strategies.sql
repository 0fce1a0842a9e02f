{{ config(materialized='view') }}

{% for strategy in strategies() %}
    select
        {{ strategy_number(strategy.name) }} as strategy_number,
        '{{ strategy.name }}' as strategy,
        '{{ strategy.family }}' as family
    {{ 'union all' if not loop.last }}
{% endfor %}
