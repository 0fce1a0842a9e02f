-- Proposals of explore in the order of a hash, anew for each as_of: a user's k-th explored slot will get the k-th that
-- is not in the list anyway.
select
    candidates.user_key,
    candidates.item_key,
    row_number() over (
        partition by candidates.user_key
        order by
            {{ hash_share("concat('draw:', users.user_id, ':', items.item_id, ':', as_of.as_of)") }},
            items.item_id
    ) as draw_rank,
    count(*) over (partition by candidates.user_key) as draw_count
from {{ ref('int_candidates') }} as candidates
inner join {{ ref('int_scored_candidates') }} as scored
    on
        candidates.user_key = scored.user_key
        and candidates.item_key = scored.item_key
inner join {{ ref('int_user_keys') }} as users
    on candidates.user_key = users.user_key
inner join {{ ref('int_item_keys') }} as items
    on candidates.item_key = items.item_key
cross join {{ ref('stg_as_of') }} as as_of
where candidates.strategy = 'explore'
