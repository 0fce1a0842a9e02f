-- A category's k-th item is worth category_discount^(k-1) of its score, and the best item of each of the user's best
-- `minimum_distinct_categories` categories is sure of a place: greedy diversity, in one pass over the candidates.
{% set is_diverse = var('minimum_distinct_categories') > 1 %}

with scored as (

    select
        scored.user_id,
        scored.item_id,
        items.category,
        scored.score,
        row_number() over (
            partition by scored.user_id, items.category
            order by scored.score desc, scored.item_id
        ) as category_item_rank
    from {{ ref('int_scored_candidates') }} as scored
    inner join {{ ref('stg_items') }} as items
        on scored.item_id = items.item_id

),

category_ranked as (

    select
        *,
        row_number() over (
            partition by user_id, category_item_rank
            order by score desc, item_id
        ) as category_rank
    from scored

),

discounted as (

    select
        user_id,
        item_id,
        category,
        score,
        category_item_rank = 1 and category_rank <= {{ var('minimum_distinct_categories') }} as is_sure,
        round(score * power({{ var('category_discount') if is_diverse else 1 }}, category_item_rank - 1), 9)
            as diverse_score
    from category_ranked

),

picked as (

    select *
    from discounted
    qualify row_number() over (
        partition by user_id
        order by case when is_sure then 0 else 1 end, diverse_score desc, score desc, item_id
    ) <= {{ var('recommendations_per_user') }}

)

select
    user_id,
    item_id,
    category,
    score,
    is_sure,
    row_number() over (
        partition by user_id
        order by diverse_score desc, score desc, item_id
    ) as position
from picked
