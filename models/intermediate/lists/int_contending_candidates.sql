-- What can't get a place in its list is left out before anything is sorted, and that is most of it: where a list has
-- another category for each of its places, the best of these categories are sure of a place, and so are those of price
-- bands. What is not worth as much in either block as the last of them in its worse block is sure of none. Then, of a
-- kind, the best item alone, unless the list would not be full.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with candidates as (

    select
        *,
        least(primary_score, secondary_score) as sure_score
    from {{ ref('int_steered_candidates') }}
    where {{ is_in_part('user_key') }}

),

categories as (

    select
        list_key,
        max(sure_score + claim_score) as category_score
    from candidates
    where category_minimum > 1
    group by list_key, list_size, items_primary, category_number
    qualify
        row_number() over (partition by list_key order by category_score desc)
        = greatest(list_size, items_primary)

),

bands as (

    select
        list_key,
        -- which item stands for a kind is not known yet: one of any band counts for none
        max(case when price_band = kind_price_band then sure_score + claim_score else 0 end) as band_score
    from candidates
    where price_band <> ''
    group by list_key, price_band
    qualify
        row_number() over (partition by list_key order by band_score desc)
        <= {{ constants().minimum_distinct_price_bands }}

),

full_lists as (

    select
        categories.list_key,
        least(min(categories.category_score), min(bands.band_score)) as least_score
    from categories
    left join bands
        on categories.list_key = bands.list_key
    group by categories.list_key

),

hopeful as (

    select
        candidates.*,
        full_lists.least_score,
        row_number() over (
            partition by candidates.list_key, candidates.category_number
            order by candidates.primary_score desc, candidates.item_number
        ) as category_item_rank
    from candidates
    left join full_lists
        on candidates.list_key = full_lists.list_key
    where
        full_lists.list_key is null
        or greatest(candidates.primary_score, candidates.secondary_score) + candidates.claim_score
        >= full_lists.least_score

),

in_blocks as (

    select
        *,
        {{ fills_first_block('category_item_rank') }} as is_primary
    from hopeful

),

scored as (

    select
        *,
        is_primary or claim_score > 0 as is_lead,
        case when is_primary then primary_score else secondary_score end + claim_score as best_score
    from in_blocks

),

kinds as (

    select
        list_key,
        kind_number,
        max_by(item_number, (is_lead, best_score, -item_number)) as item_number
    from scored
    group by list_key, kind_number

)

select
    scored.list_key,
    scored.user_key,
    scored.item_key,
    scored.item_number,
    scored.category_number,
    scored.price_band,
    scored.list_size,
    scored.items_primary,
    scored.category_minimum,
    scored.category_discount,
    scored.score,
    scored.primary_score,
    scored.secondary_score,
    scored.rule_claim,
    scored.is_lead,
    scored.best_score
from scored
inner join kinds
    on
        scored.list_key = kinds.list_key
        and scored.kind_number = kinds.kind_number
where
    scored.least_score is null
    or (scored.best_score >= scored.least_score and scored.item_number = kinds.item_number)
qualify
    scored.item_number = kinds.item_number
    or scored.category_minimum = 1
    or row_number() over (
        partition by scored.list_key
        order by
            case when scored.item_number = kinds.item_number then 0 else 1 end,
            case when scored.is_lead then 0 else 1 end,
            scored.best_score desc,
            scored.item_number
    ) <= scored.list_size
