-- Raw scores of two strategies do not compare, shares of the user's best do. A view, as int_candidate_features.
{{ config(materialized='view') }}

with candidates as (

    select * from {{ ref('int_candidates') }}

),

best as (

    select
        user_key,
        strategy,
        max(raw_score) as raw_score
    from candidates
    group by user_key, strategy

)

select
    candidates.user_key,
    candidates.item_key,
    {% for strategy in ranked_strategies() %}
        coalesce(round(
            max(candidates.raw_score / best.raw_score) filter (where candidates.strategy = '{{ strategy.name }}'), 9
        ), 0) as {{ strategy.name }}_score,
    {% endfor %}
    max(candidates.raw_score) filter (where candidates.strategy = 'similar_users') as similar_users_weight
from candidates
left join best
    on
        candidates.user_key = best.user_key
        and candidates.strategy = best.strategy
        and best.raw_score <> 0
group by candidates.user_key, candidates.item_key
