-- Products of Nosto's Products API. It takes no product without page and picture.
select
    item_id as product_id,
    item_name as name,
    item_url as url,
    image_url,
    currency as price_currency_code,
    case when is_in_stock then 'InStock' else 'OutOfStock' end as availability,
    case
        when subcategory is null then [category]
        else [category, concat(category, '/', subcategory)]
    end as categories,
    price,
    list_price,
    brand,
    description,
    cast(rating_average as varchar) as rating_value,
    cast(rating_count as varchar) as review_count,
    case when len(tags) > 0 then tags end as tag1,
    strftime(published_at, '%Y-%m-%d') as date_published,
    case
        when item_url is null then 'an item without page'
        when image_url is null then 'an item without picture'
        when length(item_id) > 255 then 'item_id is longer than 255 characters'
    end as left_out
from feed_items
where is_advertisable
order by item_id
