-- The first block is filled by its own score, then the rest; what is pinned takes its place, and the others go on
-- around it: a pin comes after `free_before` items that are not pinned.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized='table_in_parts',
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with picked as (

    select
        picked.*,
        ruled.rule_factor,
        ruled.pin_number,
        ruled.free_before
    from {{ ref('int_picked_candidates') }} as picked
    left join {{ ref('int_ruled_candidates') }} as ruled
        on
            picked.user_key = ruled.user_key
            and picked.list_key = ruled.list_key
            and picked.item_key = ruled.item_key
    where picked.{{ is_in_part('user_key') }}

),

placed as (

    select
        *,
        row_number() over (
            partition by list_key
            order by
                case when pin_number is null then 1 when free_before + pin_number <= items_primary then 0 else 2 end,
                round(primary_score * category_factor, 9) desc,
                primary_score desc,
                item_number
        ) <= items_primary as is_primary
    from picked

),

in_blocks as (

    select
        *,
        case when is_primary then primary_score else secondary_score end as block_score
    from placed

),

ordered as (

    select
        *,
        row_number() over (
            partition by list_key, pin_number is null
            order by
                case when is_primary then 0 else 1 end,
                round(block_score * category_factor, 9) desc,
                block_score desc,
                item_number
        ) as free_rank
    from in_blocks

),

-- what an item rule made of the score of the block's play, undone
explained as (

    select
        *,
        case
            when rule_factor is null then block_score
            else block_score * {{ boost('block_score', '(1 / rule_factor)') }}
        end as played_score
    from ordered

)

select
    list_key,
    user_key,
    item_key,
    cast(round(coalesce(played_score / nullif(score, 0), 1), 12) as double) as playbook_factor,
    cast(round(coalesce(block_score / nullif(played_score, 0), 1), 12) as double) as item_rule_factor,
    block_score as score,
    is_sure,
    row_number() over (
        partition by list_key
        order by coalesce(free_before, free_rank), coalesce(pin_number, 0)
    ) as position
from explained
