-- A user whose pool is smaller than the list is not explored at all: so each draw has an item, and its chance is known.
with drawn as (

    select
        candidates.user_id,
        candidates.item_id,
        scored.score,
        count(*) over (partition by candidates.user_id) as pool_size,
        row_number() over (
            partition by candidates.user_id
            order by
                {{ hash_share("concat('draw:', candidates.user_id, ':', candidates.item_id, ':', as_of.as_of)") }},
                candidates.item_id
        ) as draw_rank
    from {{ ref('int_candidates_explore') }} as candidates
    inner join {{ ref('int_servable_candidates') }} as scored
        on
            candidates.user_id = scored.user_id
            and candidates.item_id = scored.item_id
    left join {{ ref('int_diverse_candidates') }} as listed
        on
            candidates.user_id = listed.user_id
            and candidates.item_id = listed.item_id
    cross join {{ ref('stg_as_of') }} as as_of
    where listed.item_id is null

)

select
    user_id,
    item_id,
    score,
    draw_rank,
    {{ explored_slot_share() }} / cast(pool_size as double) as propensity
from drawn
where pool_size >= {{ var('recommendations_per_user') }}
