-- A category's k-th item is worth category_discount^(k-1) of its score, and the best item of each of the user's best
-- `minimum_distinct_categories` categories is sure of a place: greedy diversity, in one pass over the candidates. What
-- the playbook makes of an item counts by the block where it counts more; then the first block is filled, then the
-- other.
{% set is_diverse = var('minimum_distinct_categories') > 1 %}

with steered as (

    select
        steered.user_id,
        steered.item_id,
        items.category,
        steered.score,
        steered.is_of_primary_play,
        steered.is_of_secondary_play,
        {{ 'steered.primary_factor' if is_diverse else 1 }} as primary_factor,
        {{ 'steered.secondary_factor' if is_diverse else 1 }} as secondary_factor
    from {{ ref('int_steered_candidates') }} as steered
    inner join {{ ref('stg_items') }} as items
        on steered.item_id = items.item_id

),

scored as (

    select
        *,
        round(score * greatest(primary_factor, secondary_factor), 12) as best_score,
        row_number() over (
            partition by user_id, category
            order by round(score * greatest(primary_factor, secondary_factor), 12) desc, item_id
        ) as category_item_rank
    from steered

),

category_ranked as (

    select
        *,
        row_number() over (
            partition by user_id, category_item_rank
            order by best_score desc, item_id
        ) as category_rank
    from scored

),

discounted as (

    select
        *,
        category_item_rank = 1 and category_rank <= {{ var('minimum_distinct_categories') }} as is_sure,
        power({{ var('category_discount') if is_diverse else 1 }}, category_item_rank - 1) as category_factor
    from category_ranked

),

picked as (

    select *
    from discounted
    qualify row_number() over (
        partition by user_id
        order by
            case when is_sure then 0 else 1 end,
            round(best_score * category_factor, 9) desc,
            best_score desc,
            item_id
    ) <= {{ var('recommendations_per_user') }}

),

placed as (

    select
        *,
        row_number() over (
            partition by user_id
            order by
                round(score * primary_factor * category_factor, 9) desc,
                score * primary_factor desc,
                item_id
        ) <= {{ var('email_items_primary') }} as is_primary
    from picked

),

in_blocks as (

    select
        *,
        case when is_primary then primary_factor else secondary_factor end as playbook_factor,
        case when is_primary then is_of_primary_play else is_of_secondary_play end as is_of_play
    from placed

)

select
    user_id,
    item_id,
    category,
    cast(playbook_factor as double) as playbook_factor,
    round(score * playbook_factor, 12) as score,
    is_of_play,
    is_sure,
    row_number() over (
        partition by user_id
        order by
            case when is_primary then 0 else 1 end,
            round(score * playbook_factor * category_factor, 9) desc,
            score * playbook_factor desc,
            item_id
    ) as position
from in_blocks
