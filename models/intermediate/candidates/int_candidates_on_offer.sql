-- Live offers for anybody, on an item, or on a category: then on what sells best in it. Without a category of the
-- user's there is no reason to show one.
{{ config(materialized='view') }}

with live_offers as (

    select * from {{ ref('int_offers') }}
    where
        is_live
        and is_for_shown_item
        and minimum_rank = 0

),

best_sellers as (

    select
        best_sellers.item_id,
        item_keys.item_key,
        items.category,
        best_sellers.category_rank
    from {{ ref('int_available_items') }} as best_sellers
    inner join {{ ref('stg_items') }} as items
        on best_sellers.item_id = items.item_id
    inner join {{ ref('int_item_keys') }} as item_keys
        on best_sellers.item_id = item_keys.item_id

),

items_on_offer as (

    select
        best_sellers.item_id,
        best_sellers.item_key,
        best_sellers.category,
        live_offers.offer_id,
        live_offers.discount_percent
    from live_offers
    inner join best_sellers
        on live_offers.item_id = best_sellers.item_id
    union all
    select
        best_sellers.item_id,
        best_sellers.item_key,
        best_sellers.category,
        live_offers.offer_id,
        live_offers.discount_percent
    from live_offers
    inner join best_sellers
        on lower(live_offers.category) = lower(best_sellers.category)
    where
        live_offers.item_id is null
        and best_sellers.category_rank <= {{ constants().category_items_max }}

),

best_offers as (

    select
        item_id,
        item_key,
        category,
        max(coalesce(discount_percent, 0)) as discount_percent
    from items_on_offer
    group by item_id, item_key, category

)

select
    categories.user_key,
    best_offers.item_key,
    round(categories.category_share * (1 + cast(best_offers.discount_percent as double) / 100), 9) as raw_score,
    cast(null as {{ dbt.type_int() }}) as evidence_key,
    cast(floor(best_offers.discount_percent) as {{ dbt.type_int() }}) as evidence_count
from best_offers
inner join {{ ref('int_user_categories') }} as categories
    on best_offers.category = categories.category
where
    {{ strategy_is_enabled('on_offer') }}
    and categories.category_rank <= {{ constants().user_categories_max }}
qualify row_number() over (
    partition by categories.user_key
    order by raw_score desc, best_offers.item_id
) <= {{ var('candidates_per_strategy') }}
