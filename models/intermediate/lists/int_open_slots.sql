-- A slot is explored by a hash of user, slot and as_of: a list's k-th gets the item of the k-th drawn kind that the
-- list has nothing of, with propensity P(slot explored) / (kinds that might be drawn × items of its kind). A list with
-- fewer such kinds than open slots is not explored: so each chance is known. Kinds of which clicks promise something
-- weigh `promising_weight` times the others, where a list has enough of both: a slot is the ones' or others' by hash.
{{ config(materialized='table_in_parts', part_keys={
    'model': 'int_placement_users', 'key': 'user_key', 'range_size': constants().candidate_users_per_range
}) }}
{% set promising_weight = 4 %}
with listed as (

    select
        lists.list_key,
        lists.position,
        lists.is_sure,
        users.placement,
        users.user_id,
        users.user_key,
        users.explored_slot_share,
        pool.kind_number,
        case when pool.draw_kind_count is not null then pool.kind_number end as drawable_kind,
        case when pool.is_draw_promising then pool.kind_number end as promising_kind
    from {{ ref('int_diverse_lists') }} as lists
    inner join {{ ref('int_placement_users') }} as users
        on lists.list_key = users.list_key
    inner join {{ ref('int_ranking_pool') }} as pool
        on
            users.user_key = pool.user_key
            and lists.item_key = pool.item_key
    where users.explored_slot_share > 0 and lists.{{ is_in_part('user_key') }} and pool.{{ is_in_part('user_key') }}

),

draws as (

    select * from {{ ref('int_ranking_pool') }}
    where draw_rank is not null and {{ is_in_part('user_key') }}

),

counted as (

    select
        listed.list_key,
        listed.user_key,
        max(draws.draw_kind_count) - count(distinct listed.drawable_kind) as kind_count,
        max(draws.draw_promising_count) - count(distinct listed.promising_kind) as promising_count,
        sum(case when listed.is_sure then 0 else 1 end) as open_slot_count
    from listed
    inner join draws
        on
            listed.user_key = draws.user_key
            and draws.draw_rank = 1
    group by listed.list_key, listed.user_key

),

explorable as (

    select
        *,
        -- as many promising kinds as weigh what all weigh
        promising_count + (kind_count - promising_count) / cast({{ promising_weight }} as double) as weighed_count,
        least(promising_count, kind_count - promising_count) >= open_slot_count as is_weighed
    from counted
    where kind_count >= open_slot_count

),

open_slots as (

    select
        listed.list_key,
        listed.user_key,
        listed.position,
        listed.explored_slot_share,
        explorable.kind_count,
        explorable.weighed_count,
        explorable.is_weighed,
        -- the digest has no name in it: its draws are those of before there were placements
        {{ hash_share(
            "concat('slot:', case when listed.placement <> 'email_digest' then concat(listed.placement, ':') else '' end,"
            ~ " listed.user_id, ':', listed.position, ':', as_of.as_of)"
        ) }} < listed.explored_slot_share as is_explored,
        case
            when explorable.is_weighed
                then {{ hash_share(
                    "concat('promise:', listed.placement, ':', listed.user_id, ':', listed.position, ':', as_of.as_of)"
                ) }} < explorable.promising_count / explorable.weighed_count
        end as is_promising
    from listed
    inner join explorable
        on listed.list_key = explorable.list_key
    cross join {{ ref('stg_as_of') }} as as_of
    where not listed.is_sure

),

slots as (

    select
        *,
        row_number() over (partition by list_key, is_explored, is_promising order by position) as slot_rank
    from open_slots

),

list_draws as (

    select
        explorable.list_key,
        draws.item_key,
        draws.draw_item_count,
        case when explorable.is_weighed then draws.is_draw_promising end as is_promising,
        row_number() over (
            partition by explorable.list_key, case when explorable.is_weighed then draws.is_draw_promising end
            order by draws.draw_rank
        ) as slot_rank
    from explorable
    inner join draws
        on explorable.user_key = draws.user_key
    left join listed
        on
            explorable.list_key = listed.list_key
            and draws.kind_number = listed.kind_number
    where listed.list_key is null

)

select
    slots.list_key,
    slots.user_key,
    slots.position,
    list_draws.item_key as drawn_item_key,
    case
        when slots.is_explored
            then slots.explored_slot_share / cast(list_draws.draw_item_count * case
                when slots.is_promising then slots.weighed_count
                when slots.is_weighed then {{ promising_weight }} * slots.weighed_count
                else slots.kind_count
            end as double)
        -- in decimals, so that no engine rounds the difference differently
        else cast(1 - cast(slots.explored_slot_share as decimal(18, 17)) as double)
    end as propensity
from slots
left join list_draws
    on
        slots.list_key = list_draws.list_key
        and slots.slot_rank = list_draws.slot_rank
        and slots.is_promising is not distinct from list_draws.is_promising
        and slots.is_explored
