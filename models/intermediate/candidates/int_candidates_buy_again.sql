select
    user_id,
    item_id,
    'buy_again' as strategy,
    cast(interaction_weight as double) as raw_score,
    item_id as evidence_item_id,
    cast(purchase_count as bigint) as evidence_count
from {{ ref('int_interactions') }}
where
    {{ strategy_is_enabled('buy_again') }}
    and purchase_count >= 2
qualify row_number() over (
    partition by user_id
    order by interaction_weight desc, purchase_count desc, item_id
) <= {{ var('candidates_per_strategy') }}
