with input_rows as (

    select * from {{ gated_input('order_lines') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

known_orders as (

    select order_id from {{ ref('stg_orders') }}

),

known_items as (

    select item_id from {{ ref('stg_items') }}

),

typed as (

    select
        {{ clean_text('order_line_id') }} as order_line_id,
        {{ clean_text('order_id') }} as order_id,
        {{ clean_text('item_id') }} as item_id,
        {{ clean_number('quantity') }} as quantity,
        {{ clean_number('unit_price') }} as unit_price,
        coalesce({{ clean_number('discount_amount') }}, 0) as discount_amount,
        coalesce({{ clean_number('returned_quantity') }}, 0) as returned_quantity,
        coalesce({{ clean_boolean('is_gift') }}, false) as is_gift,
        {{ row_as_struct('input_rows') }} as raw_row
    from input_rows

),

unread_orders as (

    -- the lines of orders later than as_of are not read either
    select distinct {{ clean_text('orders.order_id') }} as order_id
    from {{ gated_input('orders') }} as orders
    cross join as_of
    where {{ clean_timestamp('orders.ordered_at') }} > as_of.as_of

),

in_scope as (

    select
        typed.*,
        known_orders.order_id is not null as order_is_known,
        known_items.item_id is not null as item_is_known
    from typed
    left join known_orders
        on typed.order_id = known_orders.order_id
    left join unread_orders
        on typed.order_id = unread_orders.order_id
    left join known_items
        on typed.item_id = known_items.item_id
    where
        known_orders.order_id is not null
        or unread_orders.order_id is null

),

judged as (

    select
        *,
        concat_ws(
            '; ',
            case when order_line_id is null then 'order_line_id is missing' end,
            case when order_id is null then 'order_id is missing' end,
            case when item_id is null then 'item_id is missing' end,
            case
                when order_id is not null and not order_is_known
                    then 'order_id is not in orders'
            end,
            case
                when item_id is not null and not item_is_known
                    then 'item_id is not in items'
            end,
            case when quantity is null then 'quantity is missing or not a number' end,
            case
                when quantity < 0 and unit_price > 0 and order_is_known and item_is_known
                    then 'takes back an earlier line'
                when quantity <= 0 then 'quantity is not above 0'
            end,
            case when quantity > {{ var('quantity_max') }} then 'quantity is absurd' end,
            case
                when quantity > 0 and not returned_quantity between 0 and quantity
                    then 'returned_quantity is not between 0 and quantity'
            end,
            case when unit_price is null then 'unit_price is missing or not a number' end,
            case when unit_price <= 0 then 'unit_price is not above 0' end
        ) as faults
    from in_scope

),

numbered as (

    -- of several valid rows with one key the latest wins
    select
        *,
        row_number() over (
            partition by order_line_id
            order by case when faults = '' then 0 else 1 end, raw_row
        ) as copy_number
    from judged

)

select
    order_line_id,
    order_id,
    item_id,
    quantity,
    unit_price,
    discount_amount,
    returned_quantity,
    is_gift,
    concat_ws(
        '; ',
        nullif(faults, ''),
        case when copy_number > 1 and faults = '' then 'duplicate of order_line_id' end
    ) as reject_reasons,
    case when reject_reasons <> '' then to_json(raw_row) end as raw_row
from numbered
