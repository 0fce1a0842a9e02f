-- A product and each of its variations, which have its category, brand and picture. What was sold and is no longer in
-- the catalogue stays as an item that nobody is shown. Products name no currency: the shop's is that of most orders.
{{ config(enabled='woocommerce' in var('sources')) }}
{% set text = dbt.type_string() %}

with catalogue as (

    select * from {{ ref('woocommerce_catalogue') }}

),

shop as (

    select max(currency) as currency
    from (
        select currency from {{ ref('woocommerce_placed_orders') }}
        where currency is not null
        group by currency
        qualify row_number() over (order by count(*) desc, currency) = 1
    ) as currencies

),

categories as (

    select
        product_id,
        coalesce(min(case when lower(category) not like 'uncategori%' then category end), min(category)) as category
    from {{ ref('woocommerce_table_product_categories') }}
    group by product_id

),

brands as (

    select
        product_id,
        min(brand) as brand
    from {{ ref('woocommerce_table_product_brands') }}
    group by product_id

),

images as (

    select
        product_id,
        src
    from {{ ref('woocommerce_table_product_images') }}
    qualify row_number() over (partition by product_id order by {{ clean_number('image_id') }}, src) = 1

),

gone as (

    select sold_lines.*
    from {{ ref('woocommerce_sold_lines') }} as sold_lines
    left join catalogue
        on sold_lines.item_id = catalogue.item_id
    where
        catalogue.item_id is null
        and sold_lines.full_amount > 0
    qualify row_number() over (
        partition by sold_lines.item_id order by sold_lines.ordered_at desc, sold_lines.order_line_id
    ) = 1

)

select
    catalogue.item_id,
    catalogue.parent_product_id as parent_item_id,
    catalogue.item_name,
    coalesce(categories.category, 'uncategorised') as category,
    brands.brand,
    cast(catalogue.price as double) as price,
    cast(catalogue.list_price as double) as list_price,
    cast(null as double) as unit_cost,
    shop.currency,
    coalesce(catalogue.image_url, images.src) as image_url,
    catalogue.item_url,
    cast(catalogue.stock_quantity as double) as stock_quantity,
    catalogue.is_active,
    cast(catalogue.rating_average as double) as rating_average,
    cast(catalogue.rating_count as double) as rating_count,
    catalogue.published_at
from catalogue
cross join shop
left join categories
    on catalogue.family_id = categories.product_id
left join brands
    on catalogue.family_id = brands.product_id
left join images
    on catalogue.family_id = images.product_id
union all
select
    gone.item_id,
    case when gone.product_id <> gone.item_id then gone.product_id end as parent_item_id,
    gone.title as item_name,
    'uncategorised' as category,
    cast(null as {{ text }}) as brand,
    cast(gone.full_amount / nullif(gone.quantity, 0) as double) as price,
    cast(null as double) as list_price,
    cast(null as double) as unit_cost,
    shop.currency,
    cast(null as {{ text }}) as image_url,
    cast(null as {{ text }}) as item_url,
    cast(null as double) as stock_quantity,
    false as is_active,
    cast(null as double) as rating_average,
    cast(null as double) as rating_count,
    cast(null as timestamp) as published_at
from gone
cross join shop
