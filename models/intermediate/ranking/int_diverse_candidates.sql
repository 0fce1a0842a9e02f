-- A category's k-th item is worth category_discount^(k-1) of its score, and the best item of each of the user's best
-- `minimum_distinct_categories` categories and `minimum_distinct_price_bands` price bands is sure of a place: greedy
-- diversity, in one pass over the candidates.
{% set is_diverse = var('minimum_distinct_categories') > 1 %}
{% set bands = ['budget', 'mid', 'premium'] %}

with scored as (

    select
        scored.user_id,
        scored.item_id,
        items.category,
        content_items.price_band,
        scored.score,
        row_number() over (
            partition by scored.user_id, items.category
            order by scored.score desc, scored.item_id
        ) as category_item_rank
    from {{ ref('int_servable_candidates') }} as scored
    inner join {{ ref('stg_items') }} as items
        on scored.item_id = items.item_id
    inner join {{ ref('int_content_items') }} as content_items
        on scored.item_id = content_items.item_id

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
            order by score desc, item_id
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
        user_id,
        item_id,
        category,
        score,
        -- in a list too short for both, categories come first
        case
            when category_item_rank = 1 and category_rank <= {{ var('minimum_distinct_categories') }} then 1
            when
                band_item_rank = 1
                and band_rank <= {{ var('minimum_distinct_price_bands') if is_diverse else 1 }}
                then 2
            else 3
        end as claim,
        round(score * power({{ var('category_discount') if is_diverse else 1 }}, category_item_rank - 1), 9)
            as diverse_score
    from banded

),

picked as (

    select *
    from discounted
    qualify row_number() over (
        partition by user_id
        order by claim, diverse_score desc, score desc, item_id
    ) <= {{ var('recommendations_per_user') }}

)

select
    user_id,
    item_id,
    category,
    score,
    claim < 3 as is_sure,
    row_number() over (
        partition by user_id
        order by diverse_score desc, score desc, item_id
    ) as position
from picked
