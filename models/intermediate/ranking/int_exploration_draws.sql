-- Proposals of explore in the order of a hash, anew for each as_of: a user's k-th explored slot will get the k-th that
-- is not in the list anyway, so twice as many as the longest list has places are enough. What an item rule holds back
-- anywhere is not drawn, so that the propensity of a draw needs no list.
{{ config(
    materialized=in_parts(),
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with longest as (

    select greatest(max(items), {{ var('recommendations_per_user') }}) as list_size
    from {{ ref('placements') }}

),

held_back as (

    select item_key from {{ ref('int_item_rules') }}
    where action in ('exclude', 'bury', 'at_most')
    group by item_key

),

drawn as (

    select
        proposals.user_key,
        proposals.item_key,
        row_number() over (
            partition by proposals.user_key
            order by
                {{ hash_share("concat('draw:', users.user_id, ':', items.item_id, ':', as_of.as_of)") }},
                items.item_number
        ) as draw_rank,
        count(*) over (partition by proposals.user_key) as draw_count
    from {{ ref('int_candidates_explore') }} as proposals
    inner join {{ ref('int_candidate_eligibility') }} as eligibility
        on
            proposals.user_key = eligibility.user_key
            and proposals.item_key = eligibility.item_key
    inner join {{ ref('int_user_keys') }} as users
        on proposals.user_key = users.user_key
    inner join {{ ref('int_item_keys') }} as items
        on proposals.item_key = items.item_key
    cross join {{ ref('stg_as_of') }} as as_of
    left join held_back
        on proposals.item_key = held_back.item_key
    where
        eligibility.ineligible_reason is null
        and held_back.item_key is null
        and proposals.{{ is_in_part('user_key') }}
        and eligibility.{{ is_in_part('user_key') }}

)

select
    drawn.user_key,
    drawn.item_key,
    cast(drawn.draw_rank as {{ dbt.type_int() }}) as draw_rank,
    cast(drawn.draw_count as {{ dbt.type_int() }}) as draw_count
from drawn
cross join longest
where drawn.draw_rank <= 2 * longest.list_size
