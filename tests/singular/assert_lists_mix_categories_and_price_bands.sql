-- Each list has `minimum_distinct_categories` categories and `minimum_distinct_price_bands` price bands, or as many as
-- the user's eligible candidates have. Item rules that fill or empty places come before that. Price bands are of now: a
-- list that an earlier run made is no matter of them.
with offered as (

    select
        user_keys.user_id,
        count(distinct pool.category_number) as category_count,
        count(distinct pool.price_band) as band_count
    from {{ ref('int_ranking_pool') }} as pool
    inner join {{ ref('int_user_keys') }} as user_keys
        on pool.user_key = user_keys.user_key
    group by user_keys.user_id

),

listed as (

    select
        recommendations.user_id,
        count(distinct items.category) as category_count,
        count(distinct contents.price_band) as band_count
    from {{ ref('user_recommendations') }} as recommendations
    inner join {{ ref('stg_as_of') }} as as_of
        on recommendations.as_of = as_of.as_of
    inner join {{ ref('stg_items') }} as items
        on recommendations.item_id = items.item_id
    inner join {{ ref('int_content_items') }} as contents
        on recommendations.item_id = contents.item_id
    group by recommendations.user_id

),

ruled as (

    select distinct lists.user_id
    from {{ ref('int_ruled_candidates') }} as candidates
    inner join {{ ref('int_placement_users') }} as lists
        on candidates.list_key = lists.list_key
    where
        lists.placement = 'email_digest'
        and coalesce(candidates.exclude_priority, candidates.pin_priority, candidates.quota_priority) is not null

)

select listed.user_id
from listed
inner join offered
    on listed.user_id = offered.user_id
left join ruled
    on listed.user_id = ruled.user_id
where
    ruled.user_id is null
    and (
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
    )
