with items as (

    select * from {{ ref('int_content_items') }}

),

availability as (

    select * from {{ ref('int_item_availability') }}

),

popularity as (

    select * from {{ ref('int_item_popularity') }}

),

sales as (

    select
        items.item_id,
        items.category,
        items.currency,
        items.price_band,
        items.price_share,
        coalesce(popularity.decayed_purchase_count, 0) as decayed_purchase_count,
        coalesce(popularity.buyer_count_30d, 0) as buyer_count_30d
    from items
    inner join availability
        on items.item_id = availability.item_id
    left join popularity
        on items.item_id = popularity.item_id
    where
        availability.unavailable_reason is null
        and availability.is_for_reorders is not true

)

select
    *,
    row_number() over (order by decayed_purchase_count desc, item_id) as sales_rank,
    row_number() over (partition by currency order by decayed_purchase_count desc, item_id) as currency_rank,
    row_number() over (partition by category, currency order by decayed_purchase_count desc, item_id) as category_rank,
    row_number() over (
        partition by category, currency, price_band
        order by decayed_purchase_count desc, item_id
    ) as price_band_rank
from sales
