-- One row per item that a recommender may know: on sale or sold out, and nothing sensitive. The shop's own names and
-- prices; of a family its representative. `>`, `|` and `/` separate levels and values somewhere, so no name keeps them.
select
    feed.item_id,
    feed.title as item_name,
    items.description,
    translate(items.category, '>|/', '   ') as category,
    translate(items.subcategory, '>|/', '   ') as subcategory,
    items.brand,
    nullif(feed.link, '') as item_url,
    nullif(feed.image_link, '') as image_url,
    feed.currency,
    cast(feed.price_amount as double) as price,
    case when feed.list_price_amount > feed.price_amount then cast(feed.list_price_amount as double) end as list_price,
    case when items.rating_count > 0 then cast(items.rating_average as double) end as rating_average,
    case when items.rating_count > 0 then cast(items.rating_count as integer) end as rating_count,
    list_filter(
        list_transform(string_split(items.tags, '|'), lambda tag: nullif(trim(tag), '')), lambda tag: tag is not null
    ) as tags,
    feed.availability = 'in_stock' as is_in_stock,
    feed.is_advertisable,
    items.published_at
from catalog_feed as feed
inner join stg_items as items
    on feed.item_id = items.item_id
where
    feed.market = 'shop'
    and feed.operation = 'upsert'
