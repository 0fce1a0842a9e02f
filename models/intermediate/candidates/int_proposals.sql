-- A view: proposals are several hundred a user, most of them the same few items of a category, and are made anew for
-- each range of users that looks at them. From here to the pool a candidate is two integers.
{{ config(materialized='view') }}

{% for strategy in strategies() if not strategy.votes %}
    select
        user_key,
        item_key,
        {{ strategy_number(strategy.name) }} as strategy_number,
        cast(raw_score as double) as raw_score,
        evidence_key,
        evidence_count
    from {{ ref('int_candidates_' ~ strategy.name) }}
    union all
{% endfor %}
{% for model in strategies() | map(attribute='votes') | select | unique %}
    {% set voted = strategies() | selectattr('votes', 'equalto', model) | list %}
    select
        user_key,
        item_key,
        {% if voted[0].name in item_contexts() %}
            case context_key
                {% for strategy in voted %}
                    when {{ context_key(strategy.name) }} then {{ strategy_number(strategy.name) }}
                {% endfor %}
            end as strategy_number,
        {% else %}
            {{ strategy_number(voted[0].name) }} as strategy_number,
        {% endif %}
        raw_score,
        evidence_key,
        evidence_count
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
{% endfor %}
