-- A category's k-th item is worth category_discount^(k-1) of its score, and the best item of each of the user's best
-- `minimum_distinct_categories` categories and `minimum_distinct_price_bands` price bands is sure of a place: greedy
-- diversity, in one pass over the candidates.
{% set is_diverse = var('minimum_distinct_categories') > 1 %}
{% set bands = ['budget', 'mid', 'premium'] %}

with scored as (

    select
        *,
        row_number() over (
            partition by user_id, category
            order by best_score desc, item_id
        ) as category_item_rank
    from {{ ref('int_steered_candidates') }}

),

-- what the list has had so far, item by item
counted as (

    select
        *,
        {% for band in bands %}
            sum(case when price_band = '{{ band }}' then 1 else 0 end) over best_first as {{ band }}_count,
        {% endfor %}
        sum(case when category_item_rank = 1 then 1 else 0 end) over best_first as category_rank
    from scored
    window
        best_first as (
            partition by user_id
            order by best_score desc, item_id
            rows between unbounded preceding and current row
        )

),

banded as (

    select
        *,
        case price_band
            {% for band in bands %}
                when '{{ band }}' then {{ band }}_count
            {% endfor %}
        end as band_item_rank,
        {% for band in bands %}
            least({{ band }}_count, 1) {{ '+' if not loop.last }}
        {% endfor %}
            as band_rank
    from counted

),

discounted as (

    select
        *,
        -- in a list too short for both, categories come first
        case
            when category_item_rank = 1 and category_rank <= {{ var('minimum_distinct_categories') }} then 1
            when
                band_item_rank = 1
                and band_rank <= {{ var('minimum_distinct_price_bands') if is_diverse else 1 }}
                then 2
            else 3
        end as claim,
        {{ category_factor('category_item_rank') }} as category_factor
    from banded

),

picked as (

    select *
    from discounted
    qualify row_number() over (
        partition by user_id
        order by
            claim,
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
                round(primary_score * category_factor, 9) desc,
                primary_score desc,
                item_id
        ) <= {{ var('email_items_primary') }} as is_primary
    from picked

),

in_blocks as (

    select
        user_id,
        item_id,
        category,
        score as pure_score,
        case when is_primary then primary_score else secondary_score end as score,
        claim,
        is_primary,
        category_factor
    from placed

)

select
    user_id,
    item_id,
    category,
    cast(round(coalesce(score / nullif(pure_score, 0), 1), 12) as double) as playbook_factor,
    score,
    claim < 3 as is_sure,
    row_number() over (
        partition by user_id
        order by
            case when is_primary then 0 else 1 end,
            round(score * category_factor, 9) desc,
            score desc,
            item_id
    ) as position
from in_blocks
