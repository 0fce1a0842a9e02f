-- What came back: returned units, units that a later negative line took back, and refunded orders. An order that was
-- cancelled never left the shop and counts on neither side.
with lines as (

    select
        user_id,
        quantity,
        case
            when order_status = 'refunded' then quantity
            else least(returned_quantity, quantity)
        end as returned_quantity
    from {{ ref('int_bought_lines') }}
    where user_id is not null

)

select
    user_id,
    round(cast(sum(returned_quantity) as double) / cast(sum(quantity) as double), 9) as return_share
from lines
group by user_id
