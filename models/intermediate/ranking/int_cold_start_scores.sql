-- score = (1 - w) × the user's own score + w × popularity × the user's highest score, where popularity is the share of
-- the best seller's sales and w falls from one half to nothing as items accumulate. Where diversity is switched off the
-- list is the pure ranking, for everybody.
with users as (

    select
        user_id,
        0.5 * (1 - cast(item_count as double) / {{ var('cold_start_items') }}) as popular_share
    from {{ ref('int_user_activity') }}
    where
        {{ 'true' if var('minimum_distinct_categories') > 1 else 'false' }}
        and item_count < {{ var('cold_start_items') }}

),

candidates as (

    select
        scored.user_id,
        scored.item_id,
        scored.score,
        positions.best_sellers_score / {{ ranked_strategies()['best_sellers'] }} as popularity,
        users.popular_share
    from users
    inner join {{ ref('int_scored_candidates') }} as scored
        on users.user_id = scored.user_id
    inner join {{ ref('int_candidate_positions') }} as positions
        on
            scored.user_id = positions.user_id
            and scored.item_id = positions.item_id

),

best as (

    select
        user_id,
        max(score) as score
    from candidates
    group by user_id

)

select
    candidates.user_id,
    candidates.item_id,
    round(
        (1 - candidates.popular_share) * candidates.score
        + candidates.popular_share * candidates.popularity * best.score,
        12
    ) as score
from candidates
inner join best
    on candidates.user_id = best.user_id
