-- Each list has `minimum_distinct_price_bands` price bands, or as many as the user's eligible candidates have.
with offered as (

    select
        scored.user_id,
        count(distinct items.price_band) as band_count
    from {{ ref('int_servable_candidates') }} as scored
    inner join {{ ref('int_content_items') }} as items
        on scored.item_id = items.item_id
    group by scored.user_id

),

listed as (

    select
        recommended.user_id,
        count(distinct items.price_band) as band_count
    from {{ ref('user_recommendations') }} as recommended
    inner join {{ ref('int_content_items') }} as items
        on recommended.item_id = items.item_id
    group by recommended.user_id

)

select listed.user_id
from listed
inner join offered
    on listed.user_id = offered.user_id
where
    {{ var('minimum_distinct_categories') }} > 1
    -- a list too short for both has its categories
    and {{ var('recommendations_per_user') }}
    >= {{ var('minimum_distinct_categories') + var('minimum_distinct_price_bands') - 1 }}
    and listed.band_count < least({{ var('minimum_distinct_price_bands') }}, offered.band_count)
