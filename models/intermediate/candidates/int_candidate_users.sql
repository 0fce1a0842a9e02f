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
    cast(
        {{ [var('recommendations_per_user'), constants().best_sellers_per_user] | max }}
        + coalesce(bought_recently.item_count, 0) + coalesce(unwanted.item_count, 0) as {{ dbt.type_int() }}
    ) as best_seller_count
from {{ ref('stg_users') }} as users
inner join {{ ref('int_user_keys') }} as user_keys
    on users.user_id = user_keys.user_id
left join {{ ref('int_user_price_limits') }} as limits
    on users.user_id = limits.user_id
left join bought_recently
    on users.user_id = bought_recently.user_id
left join unwanted
    on user_keys.user_key = unwanted.user_key
order by user_keys.user_key
