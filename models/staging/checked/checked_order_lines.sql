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
        known_items.item_id is not null as item_is_known,
        -- takes back an earlier line (Online Retail writes cancellations so)
        coalesce(
            typed.quantity < 0
            and typed.unit_price > 0
            and known_orders.order_id is not null
            and known_items.item_id is not null,
            false
        ) as is_cancelling,
        coalesce(typed.unit_price = 0, false) as is_free
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

{{ checked_rows('order_lines', rows='in_scope', also=['is_cancelling'], apart=['is_cancelling']) }}
