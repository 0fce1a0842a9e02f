-- A band is a third of the category's prices. Where a price stands is the mean of the share of items that cost less
-- and the share that cost no more, so that equal prices share a band and a lone price is in the middle.
with items as (

    select * from {{ ref('stg_items') }}

),

families as (

    select * from {{ ref('int_item_families') }}

),

priced as (

    select
        items.*,
        item_keys.item_key,
        item_keys.item_number,
        (
            cume_dist() over (partition by items.category, items.currency order by items.price)
            + 1 - cume_dist() over (partition by items.category, items.currency order by items.price desc)
        ) / 2 as price_share
    from items
    inner join families
        on
            items.item_id = families.item_id
            and items.item_id = families.family_item_id
    inner join {{ ref('int_item_keys') }} as item_keys
        on items.item_id = item_keys.item_id
    where items.is_product

)

select
    item_id,
    item_key,
    item_number,
    item_name,
    lower(category) as category,
    lower(subcategory) as subcategory,
    lower(brand) as brand,
    case floor(round(3 * price_share, 9))
        when 0 then 'budget'
        when 1 then 'mid'
        else 'premium'
    end as price_band,
    currency,
    price,
    round(price_share, 9) as price_share
from priced
