-- Fills every list: the best of what is available, in season and within the user's price limits, as many as
-- int_candidate_users says; and the best of the user's categories. So does what item rules want to be shown.
{{ config(materialized='view') }}

with known_seasons as (

    {{ known_seasons() }}

),

best_sellers as (

    select
        item_keys.item_key,
        known_seasons.season,
        best_sellers.*
    from {{ ref('int_available_items') }} as best_sellers
    inner join {{ ref('int_item_keys') }} as item_keys
        on best_sellers.item_id = item_keys.item_id
    inner join {{ ref('stg_items') }} as items
        on best_sellers.item_id = items.item_id
    left join known_seasons
        on lower(items.season) = known_seasons.season

),

users as (

    select * from {{ ref('int_candidate_users') }}

),

bands as (

    select distinct
        price_band,
        price_share_min,
        price_share_max
    from {{ ref('int_user_price_limits') }}

),

-- it is one of a few seasons where users live
in_season as (

    select
        places.season_names,
        best_sellers.item_key,
        best_sellers.price_share,
        best_sellers.sales_rank
    from (select distinct season_names from users) as places
    inner join best_sellers
        on
            best_sellers.season is null
            or places.season_names like concat('%|', best_sellers.season, '|%')

),

ranked as (

    select
        cast(null as {{ dbt.type_string() }}) as price_band,
        season_names,
        item_key,
        row_number() over (partition by season_names order by sales_rank) as place
    from in_season
    union all
    select
        bands.price_band,
        in_season.season_names,
        in_season.item_key,
        row_number() over (
            partition by bands.price_band, in_season.season_names order by in_season.sales_rank
        ) as place
    from in_season
    inner join bands
        on in_season.price_share between bands.price_share_min and bands.price_share_max

),

-- no more than somebody is shown: users meet all that is left
within_limits as (

    select * from ranked
    where place <= (select max(users.best_seller_count) from users)

),

proposals as (

    select
        users.user_key,
        within_limits.item_key
    from users
    inner join within_limits
        on
            users.best_seller_count >= within_limits.place
            and coalesce(users.price_band, '') = coalesce(within_limits.price_band, '')
            and coalesce(users.season_names, '') = coalesce(within_limits.season_names, '')
    -- not union all: an item may be both
    union
    select
        categories.user_key,
        best_sellers.item_key
    from {{ ref('int_user_categories') }} as categories
    inner join best_sellers
        on
            lower(categories.category) = best_sellers.category
            and best_sellers.category_rank <= {{ constants().category_items_max }}
    where categories.category_rank <= {{ constants().user_categories_max }}
    union
    select
        users.user_key,
        rules.item_key
    from users
    cross join {{ ref('int_item_rules') }} as rules
    where rules.is_proposed

)

select
    proposals.user_key,
    proposals.item_key,
    cast(best_sellers.decayed_purchase_count as double) as raw_score,
    cast(null as {{ dbt.type_int() }}) as evidence_key,
    cast(best_sellers.buyer_count_30d as {{ dbt.type_int() }}) as evidence_count
from proposals
inner join best_sellers
    on proposals.item_key = best_sellers.item_key
