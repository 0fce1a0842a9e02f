-- A slot is explored by a hash of user, slot and as_of; a list's k-th explored slot gets the k-th of the drawn items
-- that is not in the list. Its propensity is P(slot explored) / items that might be drawn. Who has fewer of these than
-- slots is not explored at all: so each draw has an item, and its chance is known.
with listed as (

    select
        lists.list_key,
        lists.item_key,
        lists.position,
        lists.is_sure,
        users.placement,
        users.user_id,
        users.user_key,
        users.list_size,
        users.explored_slot_share
    from {{ ref('int_diverse_lists') }} as lists
    inner join {{ ref('int_placement_users') }} as users
        on lists.list_key = users.list_key
    where users.explored_slot_share > 0

),

pool as (

    select * from {{ ref('int_ranking_pool') }}
    where draw_rank is not null

),

draw_counts as (

    select distinct
        user_key,
        draw_count
    from pool

),

explorable as (

    select
        listed.list_key,
        listed.user_key,
        max(draw_counts.draw_count) - count(pool.item_key) as item_count
    from listed
    inner join draw_counts
        on listed.user_key = draw_counts.user_key
    left join pool
        on
            listed.user_key = pool.user_key
            and listed.item_key = pool.item_key
    group by listed.list_key, listed.user_key
    having max(draw_counts.draw_count) - count(pool.item_key) >= max(listed.list_size)

),

open_slots as (

    select
        listed.list_key,
        listed.position,
        listed.explored_slot_share,
        explorable.item_count,
        -- the digest has no name in it: its draws are those of before there were placements
        {{ hash_share(
            "concat('slot:', case when listed.placement <> 'email_digest' then concat(listed.placement, ':') else '' end,"
            ~ " listed.user_id, ':', listed.position, ':', as_of.as_of)"
        ) }} < listed.explored_slot_share as is_explored
    from listed
    inner join explorable
        on listed.list_key = explorable.list_key
    cross join {{ ref('stg_as_of') }} as as_of
    where not listed.is_sure

),

slots as (

    select
        *,
        row_number() over (partition by list_key, is_explored order by position) as slot_rank
    from open_slots

),

draws as (

    select
        explorable.list_key,
        pool.item_key,
        row_number() over (partition by explorable.list_key order by pool.draw_rank) as slot_rank
    from explorable
    inner join pool
        on explorable.user_key = pool.user_key
    left join listed
        on
            explorable.list_key = listed.list_key
            and pool.item_key = listed.item_key
    where listed.item_key is null

)

select
    slots.list_key,
    slots.position,
    draws.item_key as drawn_item_key,
    case
        when slots.is_explored then slots.explored_slot_share / cast(slots.item_count as double)
        -- in decimals, so that no engine rounds the difference differently
        else cast(1 - cast(slots.explored_slot_share as decimal(18, 17)) as double)
    end as propensity
from slots
left join draws
    on
        slots.list_key = draws.list_key
        and slots.slot_rank = draws.slot_rank
        and slots.is_explored
