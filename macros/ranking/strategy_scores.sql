{#- A row per user and item of rows of int_candidates: all of them, or those that were shown, when somebody asks why. -#}
{% macro strategy_scores(candidates) -%}
select
    user_key,
    item_key,
    {% for strategy in ranked_strategies() %}
        max(case when strategy_number = {{ strategy_number(strategy.name) }} then score else 0 end)
            as {{ strategy.name }}_score,
    {% endfor %}
    max(case when strategy_number = {{ strategy_number('similar_users') }} then raw_score end) as similar_users_weight
from {{ candidates }}
group by user_key, item_key
{%- endmacro %}
