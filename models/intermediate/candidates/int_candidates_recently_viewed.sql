select
    interactions.user_id,
    interactions.item_id,
    cast(interactions.interaction_weight as double) as raw_score,
    interactions.item_id as evidence_item_id,
    cast(interactions.view_count as bigint) as evidence_count
from {{ ref('int_interactions') }} as interactions
cross join {{ ref('stg_as_of') }} as as_of
where
    {{ strategy_is_enabled('recently_viewed') }}
    and interactions.last_viewed_at > {{ dbt.dateadd('day', -1 * var('resume_days'), 'as_of.as_of') }}
    and (
        interactions.last_purchased_at is null
        or interactions.last_purchased_at < interactions.last_viewed_at
    )
qualify row_number() over (
    partition by interactions.user_id
    order by interactions.interaction_weight desc, interactions.last_viewed_at desc, interactions.item_id
) <= {{ var('candidates_per_strategy') }}
