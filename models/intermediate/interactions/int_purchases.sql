with lines as (

    select * from {{ ref('int_bought_lines') }}
    where order_status in ('completed', 'pending')

),

families as (

    select * from {{ ref('int_item_families') }}

),

shop_currency as (

    select currency
    from lines
    group by currency
    order by count(*) desc, currency
    limit 1

),

kept as (

    select
        lines.order_line_id,
        lines.order_id,
        lines.user_id,
        lines.anonymous_id,
        families.family_item_id as item_id,
        lines.quantity - lines.returned_quantity as kept_quantity,
        -- unit_price is what was paid, discount taken off (GA4's `price`); a second currency can't be added up
        case when lines.currency = shop_currency.currency then lines.unit_price end as unit_price,
        lines.is_gift,
        lines.is_discounted,
        lines.ordered_at
    from lines
    inner join families
        on lines.item_id = families.item_id
    cross join shop_currency

)

select
    order_line_id,
    order_id,
    user_id,
    anonymous_id,
    item_id,
    kept_quantity,
    -- DuckDB multiplies decimals of 18 digits into 18
    cast(cast(kept_quantity as decimal(28, 4)) * unit_price as decimal(18, 4)) as net_amount,
    is_gift,
    is_discounted,
    ordered_at
from kept
where kept_quantity > 0
