-- A category's k-th item is worth category_discount^(k-1) of its score, and the best item of each of the list's best
-- categories and price bands, as many as it has to have, is sure of a place: greedy diversity, in one pass.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized=in_parts(),
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with candidates as (

    select
        steered.*,
        row_number() over (
            partition by steered.list_key, labels.kind_number
            order by steered.best_score desc, steered.item_number
        ) as kind_item_rank
    from {{ ref('int_steered_candidates') }} as steered
    inner join {{ ref('int_item_labels') }} as labels
        on steered.item_key = labels.item_key
    where steered.{{ is_in_part('user_key') }}

),

-- of a kind the best item alone, unless the list would not be full
untwinned as (

    select *
    from candidates
    qualify
        kind_item_rank = 1
        or category_minimum = 1
        or row_number() over (
            partition by list_key
            order by case when kind_item_rank = 1 then 0 else 1 end, best_score desc, item_number
        ) <= list_size

),

scored as (

    select
        *,
        row_number() over (partition by list_key, category_number order by best_score desc, item_number)
            as category_item_rank,
        case
            when price_band is not null
                then row_number() over (partition by list_key, price_band order by best_score desc, item_number)
        end as band_item_rank
    from untwinned

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
            order by best_score desc, item_number
            rows between unbounded preceding and current row
        )

),

claimed as (

    select
        *,
        -- in a list too short for both, categories come first
        case
            when category_item_rank = 1 and category_rank <= category_minimum then 1
            when band_item_rank = 1 and band_rank <= band_minimum then 2
            else 3
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

),

placed as (

    select
        *,
        row_number() over (
            partition by list_key
            order by round(primary_score * category_factor, 9) desc, primary_score desc, item_number
        ) <= items_primary as is_primary
    from picked

),

in_blocks as (

    select
        *,
        case when is_primary then primary_score else secondary_score end as block_score
    from placed

)

select
    list_key,
    item_key,
    cast(round(coalesce(block_score / nullif(score, 0), 1), 12) as double) as playbook_factor,
    block_score as score,
    claim < 3 as is_sure,
    row_number() over (
        partition by list_key
        order by
            case when is_primary then 0 else 1 end,
            round(block_score * category_factor, 9) desc,
            block_score desc,
            item_number
    ) as position
from in_blocks
