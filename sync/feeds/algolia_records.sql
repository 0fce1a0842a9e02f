-- Records of an index. A search finds what a recommender must not name, so sensitive items are here. A record has
-- 10,000 bytes at most in every plan: the description is what gets shorter.
select
    items.item_id as "objectID",
    items.item_name as name,
    left(items.description, 1000) as description,
    items.brand,
    {
        'lvl0': items.category,
        'lvl1': case when items.subcategory is not null then concat(items.category, ' > ', items.subcategory) end
    } as "hierarchicalCategories",
    items.price,
    items.list_price,
    items.currency,
    items.item_url as url,
    items.image_url as image,
    items.rating_average as rating,
    items.rating_count,
    case when len(items.tags) > 0 then items.tags end as _tags,
    coalesce(popularity.buyer_count_30d, 0) as buyers_30d,
    items.is_in_stock as in_stock,
    cast(epoch(items.published_at) as bigint) as published_at,
    case when strlen(items.item_id) > 512 then 'item_id is longer than 512 bytes' end as left_out
from feed_items as items
left join int_item_popularity as popularity
    on items.item_id = popularity.item_id
order by items.item_id
