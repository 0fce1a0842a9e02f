-- Shops that record a cancellation as a line with a negative quantity (Online Retail does) don't say which line it
-- takes back: it is the same buyer's latest earlier line of the item that held enough units, at the same price first,
-- and that no earlier cancellation took back.
with cancelling_lines as (

    select * from {{ ref('stg_cancelling_lines') }}

),

order_lines as (

    select * from {{ ref('stg_order_lines') }}

),

orders as (

    select * from {{ ref('int_orders') }}

),

candidates as (

    select
        cancelling_lines.order_line_id,
        order_lines.order_line_id as cancelled_order_line_id,
        coalesce(orders.user_id, orders.anonymous_id) as buyer_id,
        cancelling_lines.item_id,
        cancelling_orders.ordered_at as cancelled_at,
        row_number() over (
            partition by cancelling_lines.order_line_id
            order by
                case when cancelling_lines.unit_price = order_lines.unit_price then 0 else 1 end,
                orders.ordered_at desc,
                order_lines.order_line_id
        ) as candidate_rank
    from cancelling_lines
    inner join orders as cancelling_orders
        on cancelling_lines.order_id = cancelling_orders.order_id
    inner join order_lines
        on
            cancelling_lines.item_id = order_lines.item_id
            and order_lines.quantity >= -cancelling_lines.quantity
    inner join orders
        on
            order_lines.order_id = orders.order_id
            and coalesce(cancelling_orders.user_id, cancelling_orders.anonymous_id)
            = coalesce(orders.user_id, orders.anonymous_id)
            and cancelling_orders.ordered_at >= orders.ordered_at

),

choices as (

    select
        order_line_id,
        buyer_id,
        item_id,
        cancelled_at,
        array_sort(array_agg({{ ordered_struct(['candidate_rank', 'cancelled_order_line_id']) }})) as choices
    from candidates
    group by order_line_id, buyer_id, item_id, cancelled_at

),

numbered as (

    select
        *,
        row_number() over (partition by buyer_id, item_id order by cancelled_at, order_line_id) as cancellation_number
    from choices

),

in_turn as (

    select
        buyer_id,
        item_id,
        array_sort(array_agg({{ ordered_struct(['cancellation_number', 'choices']) }})) as cancellations
    from numbered
    group by buyer_id, item_id

),

taken as (

    select
        buyer_id,
        item_id,
        {{ taken_in_turn('cancellations', 'choices', 'cancelled_order_line_id') }} as order_line_ids  -- noqa: PRS
    from in_turn

),

matches as (

    select
        numbered.order_line_id,
        nullif({{ list_item('taken.order_line_ids', 'numbered.cancellation_number') }}, '') as cancelled_order_line_id
    from numbered
    inner join taken
        on
            numbered.buyer_id = taken.buyer_id
            and numbered.item_id = taken.item_id

)

select
    cancelling_lines.order_line_id,
    matches.cancelled_order_line_id,
    -cancelling_lines.quantity as cancelled_quantity
from cancelling_lines
left join matches
    on cancelling_lines.order_line_id = matches.order_line_id
