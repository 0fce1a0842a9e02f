-- A product costs what its cheapest variant costs that can be bought, else its cheapest. What was ever sold as a gift
-- card is one, whatever it is called, and nobody is shown it.
{{ config(enabled='shopify' in var('sources')) }}

with shop as (

    select
        max(currency) as currency,
        max(shop_domain) as shop_domain
    from (
        select * from {{ ref('shopify_table_shop') }}
        where not coalesce({{ clean_boolean('is_deleted') }}, false)
        qualify row_number() over (order by shop_domain) = 1
    ) as shops

),

images as (

    select
        product_id,
        src as image_url,
        {{ clean_number('position') }} as place
    from {{ ref('shopify_table_product_images') }}
    union all
    select
        product_media.product_id,
        media_images.image_url,
        cast(null as decimal(18, 4)) as place
    from {{ ref('shopify_table_product_media') }} as product_media
    inner join {{ ref('shopify_table_media_images') }} as media_images
        on product_media.media_id = media_images.media_id

),

first_images as (

    select * from images
    qualify row_number() over (partition by product_id order by place, image_url) = 1

),

cheapest as (

    select * from {{ ref('shopify_variants') }}
    qualify row_number() over (
        partition by product_id
        order by case when is_available then 0 else 1 end, price, place, variant_id
    ) = 1

),

gift_cards as (

    select distinct product_id
    from {{ ref('shopify_table_order_lines') }}
    where {{ clean_boolean('is_gift_card') }}

),

stocks as (

    select
        product_id,
        case when count(stock_quantity) = count(*) then sum(stock_quantity) end as stock_quantity
    from {{ ref('shopify_variants') }}
    group by product_id

)

select
    products.product_id,
    products.title,
    coalesce(products.product_type, 'uncategorised') as category,
    products.vendor as brand,
    cheapest.price,
    cheapest.list_price,
    cheapest.unit_cost,
    shop.currency,
    first_images.image_url,
    'https://' || shop.shop_domain || '/products/' || products.handle as item_url,
    stocks.stock_quantity,
    coalesce(lower(products.status), 'active') = 'active'
    and products.published_at is not null
    and not coalesce({{ clean_boolean('products.is_deleted') }}, false)
    and cheapest.is_available
    and gift_cards.product_id is null as is_active,
    {{ clean_timestamp('products.published_at') }} as published_at
from {{ ref('shopify_table_products') }} as products
cross join shop
inner join cheapest
    on products.product_id = cheapest.product_id
left join stocks
    on products.product_id = stocks.product_id
left join gift_cards
    on products.product_id = gift_cards.product_id
left join first_images
    on products.product_id = first_images.product_id
