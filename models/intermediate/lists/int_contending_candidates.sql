-- Of a kind the best item alone, unless the list would not be full. And where a list has another category for each of
-- its places, no kind can get one that is worth less than the best of these categories and than the price bands that
-- are sure of a place: that is most candidates, which int_picked_candidates need not sort.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with candidates as (

    select * from {{ ref('int_steered_candidates') }}
    where {{ is_in_part('user_key') }}

),

-- by their best item
kinds as (

    select
        list_key,
        kind_number,
        list_size,
        category_minimum,
        max(best_score) as best_score,
        max_by(item_number, (best_score, -item_number)) as item_number,
        max_by(category_number, (best_score, -item_number)) as category_number,
        -- with a value for none: DuckDB passes over rows that have none
        max_by(coalesce(price_band, ''), (best_score, -item_number)) as price_band
    from candidates
    group by list_key, kind_number, list_size, category_minimum

),

categories as (

    select
        list_key,
        list_size,
        max(best_score) as category_score
    from kinds
    where category_minimum > 1
    group by list_key, list_size, category_number
    qualify row_number() over (partition by list_key order by category_score desc) = list_size

),

bands as (

    select
        list_key,
        max(best_score) as band_score
    from kinds
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

)

select
    candidates.list_key,
    candidates.user_key,
    candidates.item_key,
    candidates.item_number,
    candidates.category_number,
    candidates.price_band,
    candidates.list_size,
    candidates.items_primary,
    candidates.category_minimum,
    candidates.category_discount,
    candidates.score,
    candidates.primary_score,
    candidates.secondary_score,
    candidates.rule_claim,
    candidates.best_score
from candidates
left join full_lists
    on candidates.list_key = full_lists.list_key
inner join kinds
    on
        candidates.list_key = kinds.list_key
        and candidates.kind_number = kinds.kind_number
where
    full_lists.list_key is null
    or (candidates.best_score >= full_lists.least_score and candidates.item_number = kinds.item_number)
qualify
    candidates.item_number = kinds.item_number
    or candidates.category_minimum = 1
    or row_number() over (
        partition by candidates.list_key
        order by
            case when candidates.item_number = kinds.item_number then 0 else 1 end,
            candidates.best_score desc,
            candidates.item_number
    ) <= candidates.list_size
