-- Items dataset of domain ECOMMERCE. Categorical values have 1,000 characters at most, ids 256.
select
    item_id as "ITEM_ID",
    cast(epoch(published_at) as bigint) as "CREATION_TIMESTAMP",
    price as "PRICE",
    category as "CATEGORY_L1",
    subcategory as "CATEGORY_L2",
    translate(brand, '|', ' ') as "BRAND",
    description as "PRODUCT_DESCRIPTION",
    case when length(item_id) > 256 then 'item_id is longer than 256 characters' end as left_out
from feed_items
where is_advertisable
order by item_id
