-- A kind is drawn before one of its items, so that a list gets no two of a kind and the chance of each draw is exact:
-- of k kinds, one of which has n items, each item of that one has 1 / (k × n), whatever was drawn before it. Both by
-- hash, anew for each as_of: a user's k-th explored slot will get the k-th kind that the list has nothing of, so twice
-- as many as the longest list has places are enough. What an item rule holds back anywhere is not drawn, so that the
-- chance needs no list. Kinds of which clicks in emails promise something, or say nothing yet, and those of which they
-- promise nothing are two groups; lists say how often each is drawn from.
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}
{% set salted = "concat('%s:', users.user_id, ':', items.item_id, ':', as_of.as_of)" %}

with longest as (

    select greatest(max(items), {{ var('recommendations_per_user') }}) as list_size
    from {{ ref('placements') }}

),

held_back as (

    select item_key from {{ ref('int_item_rules') }}
    where action in ('exclude', 'bury', 'at_most')
    group by item_key

),

possible as (

    select
        proposals.user_key,
        proposals.item_key,
        labels.kind_number,
        items.item_number,
        -- the best that can be hoped for is what counts: of items that nobody was shown as much as of any
        coalesce(lifts.is_promising, true) as is_promising,
        {{ hash_share(salted | format('draw')) }} as item_share,
        {{ hash_share(salted | format('kind')) }} as kind_share
    from {{ ref('int_candidates_explore') }} as proposals
    inner join {{ ref('int_candidate_eligibility') }} as eligibility
        on
            proposals.user_key = eligibility.user_key
            and proposals.item_key = eligibility.item_key
    inner join {{ ref('int_user_keys') }} as users
        on proposals.user_key = users.user_key
    inner join {{ ref('int_item_keys') }} as items
        on proposals.item_key = items.item_key
    inner join {{ ref('int_item_labels') }} as labels
        on proposals.item_key = labels.item_key
    cross join {{ ref('stg_as_of') }} as as_of
    left join held_back
        on proposals.item_key = held_back.item_key
    left join {{ ref('int_item_click_lifts') }} as lifts
        on proposals.item_key = lifts.item_key
    where
        eligibility.ineligible_reason is null
        and held_back.item_key is null
        and proposals.{{ is_in_part('user_key') }}
        and eligibility.{{ is_in_part('user_key') }}

),

-- of each kind the item that is shown, should the kind be drawn
drawn as (

    select
        *,
        count(*) over (partition by user_key, kind_number) as kind_item_count,
        max(is_promising) over (partition by user_key, kind_number) as is_promising_kind
    from possible
    qualify row_number() over (partition by user_key, kind_number order by item_share, item_number) = 1

),

ranked as (

    select
        *,
        row_number() over (partition by user_key order by kind_share, item_number) as draw_rank,
        row_number() over (partition by user_key, is_promising_kind order by kind_share, item_number) as group_rank,
        count(*) over (partition by user_key) as kind_count,
        sum(case when is_promising_kind then 1 else 0 end) over (partition by user_key) as promising_kind_count
    from drawn

)

select
    ranked.user_key,
    ranked.kind_number,
    case when ranked.group_rank <= 2 * longest.list_size then ranked.item_key end as item_key,
    ranked.is_promising_kind as is_promising,
    cast(ranked.draw_rank as {{ dbt.type_int() }}) as draw_rank,
    cast(ranked.kind_count as {{ dbt.type_int() }}) as kind_count,
    cast(ranked.promising_kind_count as {{ dbt.type_int() }}) as promising_kind_count,
    cast(ranked.kind_item_count as {{ dbt.type_int() }}) as kind_item_count
from ranked
cross join longest
