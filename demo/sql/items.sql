-- items: one row per product that was ever sold. Names, brands, categories and prices are real, made
-- readable; stock and publication dates are synthetic.

create table sold_items as
select
    item_id,
    count(*) as line_count,
    sum(quantity) filter (where quantity <= 1000) as unit_count,
    -- more than that is fuel, in thousandths of a gallon
    median(sales_value / quantity) filter (
        where sales_value > 0 and quantity between 1 and 1000
    ) as paid_price,
    median((sales_value + retail_disc + coupon_match_disc) / quantity) filter (
        where sales_value > 0 and quantity between 1 and 1000
    ) as shelf_price,
    min(bought_at) as first_sold_at
from source_lines
group by item_id;

create table named_items as
with described as (
    -- a few products were sold and are in no product list
    select
        sold_items.*,
        coalesce(source_products.department, 'UNLISTED') as department,
        source_products.product_category,
        source_products.product_type,
        coalesce(readable_categories.text, departments.name) as category,
        readable_types.text as subcategory,
        -- fresh produce is listed with the size of the case it is shipped in
        if(
            source_products.department = 'PRODUCE'
            and regexp_matches(readable_sizes.text, '^\d{2,} (lb|ct)$'),
            null,
            readable_sizes.text
        ) as size,
        departments.icon as department_icon,
        departments.colour as department_colour,
        departments.slug
        || '-'
        || trim(regexp_replace(lower(coalesce(readable_categories.text, departments.name)), '[^a-z0-9]+', '-', 'g'), '-')
            as tile,
        case
            when source_products.brand = 'Private' then 'Private label'
            when source_products.brand = 'National' then 'National brand ' || source_products.manufacturer_id
        end as brand,
        departments.is_merchandise
        and coalesce(source_products.product_category, '') not in (
            'BOTTLE DEPOSITS', 'COUPON', 'COUPON/MISC ITEMS', 'COUPONS/STORE & MFG', 'DELI SUPPLIES',
            'MEAT SUPPLIES', 'PROD SUPPLIES'
        ) as is_merchandise
    from sold_items
    left join source_products on sold_items.item_id = source_products.item_id
    left join departments on coalesce(source_products.department, 'UNLISTED') = departments.department
    left join readable_categories on source_products.product_category = readable_categories.product_category
    left join readable_types
        on source_products.product_type = readable_types.product_type
        and source_products.product_category is not distinct from readable_types.product_category
    left join readable_sizes on source_products.package_size = readable_sizes.package_size
)

select
    *,
    concat_ws(', ', coalesce(subcategory, category), size) as thing,
    -- the source does not tell flavours apart: products alike in type, size and brand are numbered
    if(
        count(*) over (partition by coalesce(subcategory, category), size, brand) > 1,
        'variety ' || row_number() over (
            partition by coalesce(subcategory, category), size, brand order by item_id
        ),
        null
    ) as variety
from described;

create table items as
with priced as (
    select
        *,
        round(paid_price, 2)::decimal(12, 2) as own_price,
        coalesce(
            median(paid_price) over (partition by category), median(paid_price) over ()
        )::decimal(12, 2) as category_price
    from named_items
)

select
    item_id,
    null::varchar as parent_item_id,
    thing || coalesce(' (' || nullif(concat_ws(', ', brand, variety), '') || ')', '') as item_name,
    category,
    subcategory,
    brand,
    if(own_price > 0, own_price, category_price) as price,
    if(own_price > 0 and round(shelf_price, 2) > own_price, shelf_price, null)::decimal(12, 2) as list_price,
    null::decimal(12, 2) as unit_cost,
    'USD' as currency,
    'https://images.recmail.example/demo/' || tile || '.png' as image_url,
    'https://shop.recmail.example/item/' || item_id as item_url,
    null::varchar as description,
    null::double as rating_average,
    null::integer as rating_count,
    case
        when draw('stock', item_id) < getvariable('out_of_stock_share') then 0
        when draw('stock', item_id) < getvariable('out_of_stock_share') + getvariable('low_stock_share')
            then 1 + draw_number('few left', item_id, 5)
        when draw('stock', item_id) >= 1 - getvariable('untracked_stock_share') then null
        else 20 + ceil(unit_count * 3 / 12.0)
    end::integer as stock_quantity,
    null::varchar as season,
    is_merchandise and coalesce(own_price > 0, false) as is_active,
    date_trunc('day', first_sold_at)
    - to_days(1 + draw_number('published', item_id, 60)) as published_at,
    null::timestamp as available_until
from priced;

-- the picture of each category of a department
create table tiles as
select distinct
    tile as slug,
    category,
    department_icon as icon,
    department_colour as colour
from named_items
order by slug;

-- what a shopper can be shown, with how often it sold
create table shown_items as
select
    items.item_id,
    items.category,
    items.subcategory,
    items.price,
    sold_items.line_count,
    row_number() over (order by sold_items.line_count desc, items.item_id) as popularity_rank,
    row_number() over (
        partition by items.category order by sold_items.line_count desc, items.item_id
    ) as category_rank
from items
inner join sold_items on items.item_id = sold_items.item_id
where items.is_active;

create table popular_categories as
select category
from shown_items
group by category
order by sum(line_count) desc, category
limit 20;

set variable popular_categories = (select list(category order by category) from popular_categories);
