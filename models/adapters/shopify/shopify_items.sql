-- A product and each of its variants, which roll up to it; a variant without its product goes by its own name. What was
-- sold and is no longer in the catalogue stays as an item that nobody is shown, at the price before discounts that it
-- had.
{{ config(enabled='shopify' in var('sources')) }}
{% set text = dbt.type_string() %}

with products as (

    select * from {{ ref('shopify_products') }}

),

shop as (

    select max(currency) as currency
    from (
        select * from {{ ref('shopify_table_shop') }}
        where not coalesce({{ clean_boolean('is_deleted') }}, false)
        qualify row_number() over (order by shop_domain) = 1
    ) as shops

),

catalogue as (

    select
        product_id as item_id,
        cast(null as {{ text }}) as parent_item_id,
        title as item_name,
        category,
        brand,
        price,
        list_price,
        unit_cost,
        currency,
        image_url,
        item_url,
        stock_quantity,
        is_active,
        published_at
    from products
    union all
    select
        variants.variant_id as item_id,
        variants.product_id as parent_item_id,
        case
            when products.title is null then coalesce(variants.display_name, variants.title)
            when variants.title = 'Default Title' or variants.title is null then products.title
            else concat(products.title, ' – ', variants.title)
        end as item_name,
        coalesce(products.category, 'uncategorised') as category,
        products.brand,
        variants.price,
        variants.list_price,
        variants.unit_cost,
        shop.currency,
        products.image_url,
        products.item_url,
        variants.stock_quantity,
        variants.is_available and coalesce(products.is_active, true) as is_active,
        products.published_at
    from {{ ref('shopify_variants') }} as variants
    cross join shop
    left join products
        on variants.product_id = products.product_id

),

gone as (

    select
        sold_lines.item_id,
        case when sold_lines.product_id <> sold_lines.item_id then sold_lines.product_id end as parent_item_id,
        sold_lines.title as item_name,
        'uncategorised' as category,
        sold_lines.vendor as brand,
        sold_lines.full_price as price,
        shop.currency
    from {{ ref('shopify_sold_lines') }} as sold_lines
    cross join shop
    left join catalogue
        on sold_lines.item_id = catalogue.item_id
    where
        catalogue.item_id is null
        and sold_lines.full_price > 0
    qualify row_number() over (
        partition by sold_lines.item_id order by sold_lines.ordered_at desc, sold_lines.order_line_id
    ) = 1

)

select
    item_id,
    parent_item_id,
    item_name,
    category,
    brand,
    cast(price as double) as price,
    cast(list_price as double) as list_price,
    cast(unit_cost as double) as unit_cost,
    currency,
    image_url,
    item_url,
    cast(stock_quantity as double) as stock_quantity,
    is_active,
    cast(null as double) as rating_average,
    cast(null as double) as rating_count,
    published_at
from catalogue
union all
select
    item_id,
    parent_item_id,
    item_name,
    category,
    brand,
    cast(price as double) as price,
    cast(null as double) as list_price,
    cast(null as double) as unit_cost,
    currency,
    cast(null as {{ text }}) as image_url,
    cast(null as {{ text }}) as item_url,
    cast(null as double) as stock_quantity,
    false as is_active,
    cast(null as double) as rating_average,
    cast(null as double) as rating_count,
    cast(null as timestamp) as published_at
from gone
