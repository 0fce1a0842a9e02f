-- Product feed: the first eight columns are mandatory, and one that is empty in a tenth of the rows fails the whole feed.
select
    item_id as sku,
    item_id as group_id,
    item_name as name,
    item_url as url,
    price,
    is_in_stock as in_stock,
    image_url,
    concat_ws('|', category, subcategory) as categories,
    brand,
    list_price,
    currency,
    array_to_string(tags, '|') as keywords,
    description,
    case
        when item_url is null then 'an item without page'
        when image_url is null then 'an item without picture'
        when item_id like '% %' or item_id like '%//%' then 'item_id holds a blank or //'
        when length(item_id) > 255 then 'item_id is longer than 255 characters'
    end as left_out
from feed_items
where is_advertisable
order by item_id
