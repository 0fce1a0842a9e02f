with input_rows as (

    select * from {{ gated_input('items') }}

),

typed as (

    select
        {{ clean_text('item_id') }} as item_id,
        {{ clean_text('parent_item_id') }} as parent_item_id,
        {{ printable_text('item_name') }} as item_name,
        {{ clean_text('category') }} as category,
        {{ clean_text('subcategory') }} as subcategory,
        {{ clean_text('brand') }} as brand,
        upper({{ clean_text('currency') }}) as currency,
        {{ clean_url('image_url') }} as image_url,
        {{ clean_url('item_url') }} as item_url,
        {{ clean_text('description') }} as description,
        {{ clean_enum('season') }} as season,
        {{ clean_number('price') }} as price,
        case when {{ clean_number('list_price') }} > 0 then {{ clean_number('list_price') }} end as list_price,
        {{ clean_number('unit_cost') }} as unit_cost,
        case
            when {{ clean_number('rating_average') }} between 0 and 5
                then {{ clean_number('rating_average') }}
        end as rating_average,
        {{ clean_number('rating_count') }} as rating_count,
        {{ clean_number('stock_quantity') }} as stock_quantity,
        coalesce({{ clean_boolean('is_active') }}, true) as is_active,
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

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when item_id is null then 'item_id is missing' end,
            case when item_name is null then 'item_name is missing' end,
            case when category is null then 'category is missing' end,
            case when price is null then 'price is missing or not a number' end,
            case when price <= 0 then 'price is not above 0' end,
            case when currency is null then 'currency is missing' end,
            case
                when currency is not null and not currency_is_known
                    then 'currency is not in ISO 4217'
            end
        ) as faults
    from in_scope

),

numbered as (

    -- of several valid rows with one key the latest wins
    select
        *,
        row_number() over (
            partition by item_id
            order by case when faults = '' then 0 else 1 end, published_at desc, raw_row
        ) as copy_number
    from judged

)

select
    item_id,
    parent_item_id,
    item_name,
    category,
    subcategory,
    brand,
    currency,
    image_url,
    item_url,
    description,
    season,
    price,
    list_price,
    unit_cost,
    rating_average,
    rating_count,
    stock_quantity,
    is_active,
    published_at,
    available_until,
    is_product,
    concat_ws(
        '; ',
        {{ repair('image_url', 'is no https address') }},
        {{ repair('item_url', 'is no https address') }},
        {{ repair('list_price', 'is not a number above 0') }},
        {{ repair('unit_cost', 'is not a number') }},
        case
            when {{ clean_boolean('raw_row.is_active') }} is null and {{ clean_text('raw_row.is_active') }} is not null
                then 'is_active is neither true nor false'
        end,
        {{ repair('rating_average', 'is not between 0 and 5') }},
        {{ repair('stock_quantity', 'is not a number') }},
        {{ repair('published_at', 'is not a timestamp') }},
        {{ repair('available_until', 'is not a timestamp') }}
    ) as repairs,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of item_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
