-- A category's k-th item is worth category_discount^(k-1) of its score, and the best item of each of the list's best
-- categories and price bands, as many as it has to have, is sure of a place: greedy diversity, in one pass. Before all
-- else comes what leads a list: what item rules pin or want, then what the first block is filled with.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with contending as (

    select
        *,
        case when is_lead then 0 else 1 end as lead_order
    from {{ ref('int_contending_candidates') }}
    where {{ is_in_part('user_key') }}

),

scored as (

    select
        *,
        row_number() over (partition by list_key, category_number order by lead_order, best_score desc, item_number)
            as category_item_rank,
        case
            when price_band is not null
                then row_number() over (
                    partition by list_key, price_band order by lead_order, best_score desc, item_number
                )
        end as band_item_rank
    from contending

),

-- all others can't stand in the list
possible as (

    select
        *,
        power(category_discount, category_item_rank - 1) as category_factor
    from scored
    qualify
        1 in (category_item_rank, band_item_rank)
        or row_number() over (
            partition by list_key
            order by
                lead_order,
                round(best_score * power(category_discount, category_item_rank - 1), 9) desc,
                best_score desc,
                item_number
        ) <= list_size

),

-- how many categories and price bands the list has had so far, item by item
counted as (

    select
        *,
        sum(case when category_item_rank = 1 then 1 else 0 end) over best_first as category_rank,
        sum(case when band_item_rank = 1 then 1 else 0 end) over best_first as band_rank,
        case when category_minimum > 1 then {{ constants().minimum_distinct_price_bands }} else 1 end as band_minimum
    from possible
    window
        best_first as (
            partition by list_key
            order by lead_order, best_score desc, item_number
            rows between unbounded preceding and current row
        )

),

claimed as (

    select
        *,
        -- in a list too short for both, categories come first
        case
            when rule_claim > 0 then rule_claim
            when category_item_rank = 1 and category_rank <= category_minimum then 3
            when band_item_rank = 1 and band_rank <= band_minimum then 4
            when is_lead then 5
            else 6
        end as claim
    from counted

),

picked as (

    select *
    from claimed
    qualify row_number() over (
        partition by list_key
        order by claim, round(best_score * category_factor, 9) desc, best_score desc, item_number
    ) <= list_size

)

select
    list_key,
    user_key,
    item_key,
    item_number,
    items_primary,
    category_factor,
    score,
    primary_score,
    secondary_score,
    claim < 5 as is_sure
from picked
