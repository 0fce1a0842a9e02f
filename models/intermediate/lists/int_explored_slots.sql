-- A slot is explored by a hash of user, slot and as_of; the user's k-th explored slot gets the k-th item of the pool,
-- which is in hash order too: propensity = P(slot explored) / items in the pool.
with explored as (

    select
        listed.user_id,
        listed.position,
        row_number() over (partition by listed.user_id order by listed.position) as draw_rank
    from {{ ref('int_diverse_candidates') }} as listed
    cross join {{ ref('stg_as_of') }} as as_of
    where
        not listed.is_sure
        and {{ hash_share("concat('slot:', listed.user_id, ':', listed.position, ':', as_of.as_of)") }}
        < {{ explored_slot_share() }}

)

select
    explored.user_id,
    explored.position,
    pool.item_id,
    pool.score,
    pool.propensity
from explored
inner join {{ ref('int_exploration_pool') }} as pool
    on
        explored.user_id = pool.user_id
        and explored.draw_rank = pool.draw_rank
