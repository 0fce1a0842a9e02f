-- The source as it is, and three helpers. Real.

create macro draw(purpose, key) as
    -- a uniform number in [0, 1) that depends on its two texts only
    md5_number_lower(purpose || '/' || key) / 18446744073709551616.0;

create macro draw_number(purpose, key, count) as
    -- a whole number from 0 to below the count
    floor(draw(purpose, key) * count)::integer;

create macro pick(choices, number) as
    -- the element of a list at a number in [0, 1)
    choices[1 + floor(number * len(choices))::integer];

create table source_lines as
select
    basket_id::varchar as order_id,
    product_id::varchar as item_id,
    household_id::varchar as user_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    transaction_timestamp as bought_at
from read_parquet(getvariable('source') || '/transactions.parquet');

create table source_products as
select
    product_id::varchar as item_id,
    manufacturer_id,
    department,
    brand,
    product_category,
    product_type,
    package_size
from read_parquet(getvariable('source') || '/products.parquet');

create table source_coupons as
select
    coupon_upc::varchar as coupon_upc,
    product_id::varchar as item_id,
    campaign_id
from read_parquet(getvariable('source') || '/coupons.parquet');

create table source_campaigns as
select
    campaign_id,
    start_date,
    end_date
from read_parquet(getvariable('source') || '/campaign_descriptions.parquet');

-- nothing that is generated happens after the last purchase
set variable end_at = (select max(bought_at) from source_lines);
