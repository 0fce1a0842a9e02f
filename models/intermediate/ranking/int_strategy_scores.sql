-- A view, as int_candidate_features.
{{ config(materialized='view') }}

select
    user_key,
    item_key,
    {% for strategy in ranked_strategies() %}
        max(case when strategy_number = {{ strategy_number(strategy.name) }} then score else 0 end)
            as {{ strategy.name }}_score,
    {% endfor %}
    max(case when strategy_number = {{ strategy_number('similar_users') }} then raw_score end) as similar_users_weight
from {{ ref('int_candidates') }}
group by user_key, item_key
