with trends as (

    select
        item_trends.item_id,
        items.category,
        item_trends.growth_ratio,
        item_trends.buyer_count_7d,
        row_number() over (
            partition by items.category
            order by item_trends.growth_ratio desc, item_trends.buyer_count_7d desc, item_trends.item_id
        ) as trend_rank
    from {{ ref('int_item_trends') }} as item_trends
    inner join {{ ref('stg_items') }} as items
        on item_trends.item_id = items.item_id
    where
        item_trends.country_code is null
        and item_trends.growth_ratio > 1
        and item_trends.buyer_count_7d >= {{ var('trend_buyers_min') }}

),

user_categories as (

    select * from {{ ref('int_user_categories') }}
    where category_rank <= {{ constants().user_categories_max }}

)

select
    user_categories.user_id,
    trends.item_id,
    trends.growth_ratio * user_categories.category_share as raw_score,
    cast(null as {{ dbt.type_string() }}) as evidence_item_id,
    cast(trends.buyer_count_7d as bigint) as evidence_count
from user_categories
inner join trends
    on user_categories.category = trends.category
where
    {{ strategy_is_enabled('trending_in_category') }}
    and trends.trend_rank <= {{ constants().category_items_max }}
