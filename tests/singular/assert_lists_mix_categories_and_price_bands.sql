-- Each list has `minimum_distinct_categories` categories and `minimum_distinct_price_bands` price bands, or as many as
-- the user's eligible candidates have.
{% set counted = {'offered': ref('int_ranking_pool'), 'listed': ref('user_recommendations')} %}

with
{% for name, relation in counted.items() %}
    {{ name }} as (

        select
            candidates.user_id,
            count(distinct items.category) as category_count,
            count(distinct contents.price_band) as band_count
        from {{ relation }} as candidates
        inner join {{ ref('stg_items') }} as items
            on candidates.item_id = items.item_id
        inner join {{ ref('int_content_items') }} as contents
            on candidates.item_id = contents.item_id
        group by candidates.user_id

    ){{ ',' if not loop.last }}
{% endfor %}

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
        >= {{ var('minimum_distinct_categories') + constants().minimum_distinct_price_bands - 1 }}
        and listed.band_count < least({{ constants().minimum_distinct_price_bands }}, offered.band_count)
    )
