{{ config(materialized='view') }}

{% for strategy in strategy_names() %}
    select
        {{ strategy_number(strategy) }} as strategy_number,
        '{{ strategy }}' as strategy
    {{ 'union all' if not loop.last }}
{% endfor %}
