-- score = (1 - w) × the user's own score + w × popularity × the user's highest score, where popularity is the share of
-- the best seller's sales and w falls from one half to nothing while the user's items come to `warm_items`. Where
-- diversity is switched off the list is the pure ranking, for everybody.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_scored_candidates', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}
{% set coldest_popular_share, warm_items = 0.5, 5 %}

with users as (

    select
        user_keys.user_key,
        {{ coldest_popular_share }} * (1 - cast(activity.item_count as double) / {{ warm_items }}) as popular_share
    from {{ ref('int_user_activity') }} as activity
    inner join {{ ref('int_user_keys') }} as user_keys
        on activity.user_id = user_keys.user_id
    where
        {{ 'true' if var('minimum_distinct_categories') > 1 else 'false' }}
        and activity.item_count < {{ warm_items }}

),

candidates as (

    select
        scored.user_key,
        scored.item_key,
        scored.score,
        scored.popularity,
        users.popular_share
    from users
    inner join {{ ref('int_scored_candidates') }} as scored
        on users.user_key = scored.user_key
    where scored.{{ is_in_part('user_key') }}

),

best as (

    select
        user_key,
        max(score) as score
    from candidates
    group by user_key

)

select
    candidates.user_key,
    candidates.item_key,
    round(
        (1 - candidates.popular_share) * candidates.score
        + candidates.popular_share * candidates.popularity * best.score,
        12
    ) as score
from candidates
inner join best
    on candidates.user_key = best.user_key
