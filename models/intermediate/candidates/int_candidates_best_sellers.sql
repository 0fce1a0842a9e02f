-- Fills every list: a user gets `best_sellers_per_user` of the best available items within the user's price limits, or
-- as many as there are places, plus one for each best seller that the user bought within the window and so can't be
-- shown; and the best of the user's categories.
with users as (

    select user_id from {{ ref('stg_users') }}

),

best_sellers as (

    select * from {{ ref('int_available_items') }}

),

limits as (

    select * from {{ ref('int_user_price_limits') }}

),

bands as (

    select distinct
        price_band,
        price_share_min,
        price_share_max
    from limits

),

within_limits as (

    select
        cast(null as {{ dbt.type_string() }}) as price_band,
        item_id,
        sales_rank as place
    from best_sellers
    union all
    select
        bands.price_band,
        best_sellers.item_id,
        row_number() over (partition by bands.price_band order by best_sellers.sales_rank) as place
    from best_sellers
    inner join bands
        on best_sellers.price_share between bands.price_share_min and bands.price_share_max

),

bought_recently as (

    select
        bought.user_id,
        count(*) as item_count
    from {{ ref('int_bought_recently') }} as bought
    inner join best_sellers
        on bought.item_id = best_sellers.item_id
    group by bought.user_id

),

places as (

    select
        users.user_id,
        limits.price_band,
        {{ [var('recommendations_per_user'), constants().best_sellers_per_user] | max }}
        + coalesce(bought_recently.item_count, 0) as place_count
    from users
    left join limits
        on users.user_id = limits.user_id
    left join bought_recently
        on users.user_id = bought_recently.user_id

),

proposals as (

    select
        places.user_id,
        within_limits.item_id
    from places
    inner join within_limits
        on
            places.place_count >= within_limits.place
            and coalesce(places.price_band, '') = coalesce(within_limits.price_band, '')
    -- not union all: an item may be both
    union
    select
        categories.user_id,
        best_sellers.item_id
    from {{ ref('int_user_categories') }} as categories
    inner join best_sellers
        on
            lower(categories.category) = best_sellers.category
            and best_sellers.category_rank <= {{ constants().category_items_max }}
    where categories.category_rank <= {{ constants().user_categories_max }}

)

select
    proposals.user_id,
    proposals.item_id,
    cast(best_sellers.decayed_purchase_count as double) as raw_score,
    cast(null as {{ dbt.type_string() }}) as evidence_item_id,
    cast(best_sellers.buyer_count_30d as bigint) as evidence_count
from proposals
inner join best_sellers
    on proposals.item_id = best_sellers.item_id
