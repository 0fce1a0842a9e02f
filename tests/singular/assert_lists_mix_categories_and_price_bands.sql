-- Each list has `minimum_distinct_categories` categories and `minimum_distinct_price_bands` price bands, or as many as
-- the user's eligible candidates have.
with items as (

    select
        item_id,
        category,
        price_band
    from {{ ref('int_content_items') }}

),

offered as (

    select
        candidates.user_id,
        count(distinct items.category) as category_count,
        count(distinct items.price_band) as band_count
    from {{ ref('int_servable_candidates') }} as candidates
    inner join items
        on candidates.item_id = items.item_id
    group by candidates.user_id

),

listed as (

    select
        recommended.user_id,
        count(distinct items.category) as category_count,
        count(distinct items.price_band) as band_count
    from {{ ref('user_recommendations') }} as recommended
    inner join items
        on recommended.item_id = items.item_id
    group by recommended.user_id

)

select listed.user_id
from listed
inner join offered
    on listed.user_id = offered.user_id
where
    listed.category_count < least(
        {{ var('minimum_distinct_categories') }}, offered.category_count, {{ var('recommendations_per_user') }}
    )
    or (
        {{ var('minimum_distinct_categories') }} > 1
        -- a list too short for both has its categories
        and {{ var('recommendations_per_user') }}
        >= {{ var('minimum_distinct_categories') + var('minimum_distinct_price_bands') - 1 }}
        and listed.band_count < least({{ var('minimum_distinct_price_bands') }}, offered.band_count)
    )
