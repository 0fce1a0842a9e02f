-- orders: one row per basket. order_lines: one row per basket and product. Both real.

create table orders as
select
    order_id,
    any_value(user_id) as user_id,
    null::varchar as anonymous_id,
    min(bought_at) as ordered_at,
    'completed' as order_status,
    'USD' as currency
from source_lines
group by order_id;

create table order_lines as
with counted as (
    select
        source_lines.*,
        -- fuel is counted in thousandths of a gallon: a fill is one unit
        if(source_products.product_type like 'GASOLINE%', least(quantity, 1), quantity) as unit_quantity
    from source_lines
    left join source_products on source_lines.item_id = source_products.item_id
)

select
    order_id || '-' || item_id as order_line_id,
    order_id,
    item_id,
    unit_quantity::integer as quantity,
    coalesce(sales_value / nullif(unit_quantity, 0), sales_value)::decimal(18, 6) as unit_price,
    (retail_disc + coupon_disc + coupon_match_disc)::decimal(12, 2) as discount_amount,
    null::integer as returned_quantity,
    null::boolean as is_gift
from counted;

-- lines of things that can be shown, numbered within their basket and within their item, to draw one of them
create table shown_lines as
select
    source_lines.order_id,
    source_lines.item_id,
    source_lines.user_id,
    orders.ordered_at,
    source_lines.sales_value,
    row_number() over (
        partition by source_lines.order_id order by md5(source_lines.order_id || source_lines.item_id)
    ) as basket_position,
    count(*) over (partition by source_lines.order_id) as basket_size,
    row_number() over (partition by source_lines.item_id order by source_lines.order_id) as item_position,
    count(*) over (partition by source_lines.item_id) as item_basket_count
from source_lines
inner join shown_items on source_lines.item_id = shown_items.item_id
inner join orders on source_lines.order_id = orders.order_id
where source_lines.quantity > 0 and source_lines.sales_value > 0;
