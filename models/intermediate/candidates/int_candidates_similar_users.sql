select
    users.user_id,
    items.item_id,
    'similar_users' as strategy,
    cast(votes.raw_score as double) as raw_score,
    cast(null as {{ dbt.type_string() }}) as evidence_item_id,
    cast(votes.neighbour_count as bigint) as evidence_count
from {{ ref('int_similar_user_votes') }} as votes
inner join {{ ref('int_user_keys') }} as users
    on votes.user_key = users.user_key
inner join {{ ref('int_item_keys') }} as items
    on votes.item_key = items.item_key
where {{ strategy_is_enabled('similar_users') }}
