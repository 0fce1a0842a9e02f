-- Sorted by user, as all that candidates are made from: a range of users reads one stretch of the table.
{% set unwanted_best_sellers_max = 300 %}

with bought_recently as (

    select
        bought.user_id,
        count(*) as item_count
    from {{ ref('int_bought_recently') }} as bought
    inner join {{ ref('int_available_items') }} as best_sellers
        on bought.item_id = best_sellers.item_id
    group by bought.user_id

),

-- what was shown in vain rests: who is mailed each day and clicks nothing would run out of best sellers
rested as (

    select
        shown.user_id,
        count(*) as item_count
    from {{ ref('int_shown_without_click') }} as shown
    inner join {{ ref('int_available_items') }} as best_sellers
        on shown.item_id = best_sellers.item_id
    group by shown.user_id

),

blocked as (

    select
        factors.user_id,
        count(*) as item_count
    from {{ ref('int_user_category_factors') }} as factors
    inner join {{ ref('int_available_items') }} as best_sellers
        on lower(factors.category) = best_sellers.category
    where
        factors.category_factor = 0
        and best_sellers.sales_rank <= {{ unwanted_best_sellers_max }}
    group by factors.user_id

),

-- what the user does not want to see leaves a place to the next best seller, too
unwanted as (

    select
        exclusions.user_key,
        count(distinct targets.item_key) as item_count
    from {{ ref('int_user_exclusions') }} as exclusions
    inner join {{ ref('int_item_targets') }} as targets
        on exclusions.target_key = targets.target_key
    inner join {{ ref('int_item_keys') }} as item_keys
        on targets.item_key = item_keys.item_key
    inner join {{ ref('int_available_items') }} as best_sellers
        on item_keys.item_id = best_sellers.item_id
    where best_sellers.sales_rank <= {{ unwanted_best_sellers_max }}
    group by exclusions.user_key

)

select
    user_keys.user_key,
    users.country_code,
    limits.price_band,
    limits.price_share_min,
    limits.price_share_max,
    lower(concat('|', replace(replace(coalesce(calendars.season_names, ''), ' |', '|'), '| ', '|'), '|'))
        as season_names,
    cast(
        greatest(
            {{ constants().best_sellers_per_user }},
            {{ var('recommendations_per_user') }} + coalesce(rested.item_count, 0) + coalesce(blocked.item_count, 0)
        )
        + coalesce(bought_recently.item_count, 0) + coalesce(unwanted.item_count, 0) as {{ dbt.type_int() }}
    ) as best_seller_count
from {{ ref('stg_users') }} as users
inner join {{ ref('int_user_keys') }} as user_keys
    on users.user_id = user_keys.user_id
left join {{ ref('int_user_price_limits') }} as limits
    on users.user_id = limits.user_id
left join {{ ref('int_local_calendars') }} as calendars
    on
        users.country_code is not distinct from calendars.country_code
        and users.timezone is not distinct from calendars.timezone
left join rested
    on users.user_id = rested.user_id
left join blocked
    on users.user_id = blocked.user_id
left join bought_recently
    on users.user_id = bought_recently.user_id
left join unwanted
    on user_keys.user_key = unwanted.user_key
order by user_keys.user_key
