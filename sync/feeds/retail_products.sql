-- Product of the Retail API (Vertex AI Search for commerce).
select
    item_id as id,
    'PRIMARY' as type,
    [concat_ws(' > ', category, subcategory)] as categories,
    item_name as title,
    case when brand is not null then [brand] end as brands,
    description,
    case when len(tags) > 0 then tags[:250] end as tags,
    {'currencyCode': currency, 'price': price, 'originalPrice': list_price} as "priceInfo",
    case when rating_average >= 1 then {'averageRating': rating_average, 'ratingCount': rating_count} end as rating,
    case when is_in_stock then 'IN_STOCK' else 'OUT_OF_STOCK' end as availability,
    case when length(item_url) <= 5000 then item_url end as uri,
    case when length(image_url) <= 5000 then [{'uri': image_url}] end as images,
    strftime(published_at, '%Y-%m-%dT%H:%M:%SZ') as "publishTime",
    case when length(item_id) > 128 then 'item_id is longer than 128 characters' end as left_out
from feed_items
where is_advertisable
order by item_id
