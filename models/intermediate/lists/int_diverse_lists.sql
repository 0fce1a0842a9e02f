-- The first block is filled by its own score, then the rest; what is pinned takes its place, and the others go on around it:
-- a pin comes after `free_before` items that are not pinned.
-- depends_on: {{ ref('int_user_keys') }}
{{ config(
    materialized=in_parts(),
    part_keys={'model': 'int_user_keys', 'key': 'user_key', 'range_size': constants().candidate_users_per_range}
) }}

with placed as (

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
    from {{ ref('int_picked_candidates') }}
    where {{ is_in_part('user_key') }}

),

in_blocks as (

    select
        *,
        case when is_primary then primary_score else secondary_score end as block_score,
        case when is_primary then primary_played else secondary_played end as played_score
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

)

select
    list_key,
    item_key,
    cast(round(coalesce(played_score / nullif(score, 0), 1), 12) as double) as playbook_factor,
    cast(round(coalesce(block_score / nullif(played_score, 0), 1), 12) as double) as item_rule_factor,
    block_score as score,
    is_sure,
    row_number() over (
        partition by list_key
        order by coalesce(free_before, free_rank), coalesce(pin_number, 0)
    ) as position
from ordered
