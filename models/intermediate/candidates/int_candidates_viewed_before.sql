-- What the user put in the cart, wished for or looked at longer ago than `resume_days` and did not buy since: no longer
-- fresh, still the user's own choice, and no strategy from neighbours proposes what the user has had to do with.
{% set items_per_user = 20 %}

select
    user_keys.user_key,
    item_keys.item_key,
    cast(interactions.interaction_weight as double) as raw_score,
    item_keys.item_key as evidence_key,
    cast(greatest(interactions.view_count, 1) as {{ dbt.type_int() }}) as evidence_count
from {{ ref('int_interactions') }} as interactions
inner join {{ ref('int_user_keys') }} as user_keys
    on interactions.user_id = user_keys.user_id
inner join {{ ref('int_item_keys') }} as item_keys
    on interactions.item_id = item_keys.item_id
cross join {{ ref('stg_as_of') }} as as_of
where
    {{ strategy_is_enabled('viewed_before') }}
    and interactions.last_wanted_at <= {{ dbt.dateadd('day', -1 * var('resume_days'), 'as_of.as_of') }}
    and interactions.interaction_weight > 0
    and (
        interactions.last_purchased_at is null
        or interactions.last_purchased_at < interactions.last_wanted_at
    )
qualify
    row_number() over (
        partition by user_keys.user_key
        order by interactions.interaction_weight desc, interactions.last_wanted_at desc, interactions.item_id
    ) <= {{ items_per_user }}
order by user_keys.user_key
