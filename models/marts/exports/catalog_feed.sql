{% set columns = [
    'market', 'item_id', 'title', 'description', 'link', 'image_link', 'availability', 'price', 'sale_price', 'currency',
    'brand', 'product_type', 'category', 'price_amount', 'list_price_amount', 'is_advertisable'
] %}

with items as (

    select * from {{ ref('stg_items') }}

),

-- what nobody may be shown is not fed either; what is sold out is, as sold out
availability as (

    select * from {{ ref('int_item_availability') }}
    where
        unavailable_reason is null
        or unavailable_reason = 'out_of_stock'

),

labels as (

    select * from {{ ref('int_item_labels') }}

),

-- the shop's own feed, and one for each locale of its users in which it has names, pages or prices
markets as (

    select
        '' as locale,
        item_id,
        cast(null as {{ dbt.type_string() }}) as item_name,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as {{ dbt.type_string() }}) as item_url,
        cast(null as {{ dbt.type_numeric() }}) as price,
        cast(null as {{ dbt.type_numeric() }}) as list_price,
        cast(null as {{ dbt.type_string() }}) as currency
    from items
    union all
    select
        locale,
        item_id,
        item_name,
        category,
        item_url,
        price,
        list_price,
        currency
    from {{ ref('int_item_markets') }}

),

priced as (

    select
        markets.locale,
        markets.item_id,
        coalesce(markets.item_name, items.item_name) as item_name,
        items.description,
        coalesce(markets.item_url, items.item_url) as item_url,
        items.image_url,
        items.brand,
        items.category as own_category,
        items.subcategory,
        coalesce(markets.category, items.category) as category,
        availability.unavailable_reason,
        -- to an ad platform any item tells something of who looked at it: nothing sensitive goes there
        labels.is_nameable,
        cast(coalesce(markets.price, items.price) as decimal(18, 2)) as price_amount,
        cast(case when markets.price is null then items.list_price else markets.list_price end as decimal(18, 2))
            as list_amount,
        case
            when markets.price is null then items.currency
            else coalesce(markets.currency, items.currency)
        end as currency
    from markets
    inner join items
        on markets.item_id = items.item_id
    inner join availability
        on markets.item_id = availability.item_id
    inner join labels
        on markets.item_id = labels.item_id

),

current_rows as (

    select
        concat(case when locale = '' then 'shop' else locale end, ':', item_id) as export_key,
        case when locale = '' then 'shop' else locale end as market,
        item_id,
        -- Google Merchant's limits: 150, 5,000 and 70 characters
        left(item_name, 150) as title,
        left(coalesce(description, item_name), 5000) as description,
        coalesce({{ url_that_fits('item_url') }}, '') as link,
        coalesce({{ url_that_fits('image_url') }}, '') as image_link,
        case when unavailable_reason is null then 'in_stock' else 'out_of_stock' end as availability,
        concat(
            cast(greatest(price_amount, coalesce(list_amount, price_amount)) as {{ dbt.type_string() }}), ' ', currency
        ) as price,
        case
            when list_amount > price_amount then concat(cast(price_amount as {{ dbt.type_string() }}), ' ', currency)
            else ''
        end as sale_price,
        currency,
        left(coalesce(brand, ''), 70) as brand,
        own_category || coalesce(' > ' || subcategory, '') as product_type,
        category,
        price_amount,
        coalesce(list_amount, price_amount) as list_price_amount,
        is_nameable as is_advertisable
    from priced

),

{{ export_rows('catalog_feed', columns) }}
