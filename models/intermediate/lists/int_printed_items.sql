-- A table, because joins read it whole: of a view, whose left join would be one of theirs, DuckDB 2.0.0 now and then
-- stops with "dict-surviving join: narrowed column … received a non-dictionary chunk".
select
    items.item_id,
    items.item_name,
    items.category,
    items.currency,
    items.image_url,
    items.item_url,
    items.price,
    items.list_price,
    -- a mean says nothing without the number of ratings behind it, nor the number without the mean
    case when items.rating_count > 0 then items.rating_average end as rating_average,
    case when items.rating_count > 0 and items.rating_average is not null then items.rating_count end
        as rating_count,
    {{ saved_percent('items.price', 'items.list_price') }} as saved_percent,
    -- what is cheaper than its list price need not have become so
    case when price_drops.item_id is not null then 'price_drop' when saved_percent > 0 then 'was' end as badge_type
from {{ ref('stg_items') }} as items
left join {{ ref('int_item_price_drops') }} as price_drops
    on items.item_id = price_drops.item_id
