{% set list_price = clean_number('list_price') %}

with input_rows as (

    select * from {{ gated_input('items') }}

),

typed as (

    select
        {{ clean_text('item_id') }} as item_id,
        {{ zero_as_none('parent_item_id', 'items', 'item_id') }} as parent_item_id,
        {{ clean_name('item_name') }} as item_name,
        {{ clean_category('category') }} as category,
        {{ clean_category('subcategory') }} as subcategory,
        {{ clean_category('brand') }} as brand,
        {{ clean_name('tags', length=1000) }} as tags,
        upper({{ clean_text('currency') }}) as currency,
        {{ clean_url('image_url') }} as image_url,
        {{ clean_url('item_url') }} as item_url,
        {{ clean_name('description', length=5000) }} as description,
        {{ clean_enum('season') }} as season,
        {{ clean_number('price') }} as price,
        -- below the price it is none that anything was reduced from
        case
            when {{ list_price }} > 0 and {{ list_price }} >= coalesce({{ clean_number('price') }}, 0)
                then {{ list_price }}
        end as list_price,
        {{ clean_number('unit_cost') }} as unit_cost,
        case
            when {{ clean_number('rating_average') }} between 0 and 5
                then {{ clean_number('rating_average') }}
        end as rating_average,
        case
            when {{ clean_number('rating_count') }} between 0 and 1000000000
                then {{ clean_number('rating_count') }}
        end as rating_count,
        {{ clean_number('stock_quantity') }} as stock_quantity,
        -- WooCommerce has -1 for a draft
        coalesce({{ clean_boolean('is_active') }}, {{ clean_number('is_active') }} > 0, true) as is_active,
        {{ clean_timestamp('published_at') }} as published_at,
        {{ clean_timestamp('available_until') }} as available_until,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

known_currencies as (

    select currency from {{ ref('currencies') }}

),

non_products as (

    select distinct typed.item_id
    from typed
    inner join {{ ref('non_product_items') }} as patterns
        on
            (patterns.column_name = 'item_id' and lower(typed.item_id) like patterns.pattern)
            or (patterns.column_name = 'category' and lower(typed.category) like patterns.pattern)
            or (patterns.column_name = 'item_name' and lower(typed.item_name) like patterns.pattern)

),

in_scope as (

    select
        typed.*,
        known_currencies.currency is not null as currency_is_known,
        non_products.item_id is null as is_product
    from typed
    left join known_currencies
        on typed.currency = known_currencies.currency
    left join non_products
        on typed.item_id = non_products.item_id

),

{{ checked_rows('items', rows='in_scope', first='published_at desc', also=['is_product']) }}
