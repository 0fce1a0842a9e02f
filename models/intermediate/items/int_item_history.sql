with earlier as (

    select * from {{ ref('stg_item_states') }}

),

latest as (

    select * from earlier
    qualify row_number() over (partition by item_id order by as_of desc) = 1

),

now as (

    select
        items.item_id,
        cast(items.price as decimal(18, 4)) as price,
        items.currency,
        items.is_active and coalesce(items.stock_quantity, 1) > 0 as is_in_stock,
        as_of.as_of
    from {{ ref('stg_items') }} as items
    cross join {{ ref('stg_as_of') }} as as_of

),

changed as (

    select now.*
    from now
    left join latest
        on now.item_id = latest.item_id
    where
        latest.item_id is null
        or latest.price <> now.price
        or latest.currency <> now.currency
        or latest.is_in_stock <> now.is_in_stock

),

states as (

    select * from earlier
    union all
    select * from changed

)

select
    item_id,
    price,
    currency,
    is_in_stock,
    as_of,
    -- a price in another currency is no price before
    case
        when lag(currency) over (partition by item_id order by as_of) = currency
            then lag(price) over (partition by item_id order by as_of)
    end as price_before,
    lag(is_in_stock) over (partition by item_id order by as_of) as was_in_stock
from states
