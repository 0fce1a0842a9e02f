-- Few lines say little about a habit: `discount_affinity` starts from what all buyers do and moves to the user's own
-- share of reduced lines as these outnumber `discount_prior_lines`. What came back: returned units, units that a later
-- negative line took back, and refunded orders; a cancelled order never left the shop and counts on neither side.
{% set discount_prior_lines = 10 %}  {#- order lines of the shop's average habit -#}

with bought_lines as (

    select * from {{ ref('int_bought_lines') }}
    where user_id is not null

),

purchases as (

    select * from {{ ref('int_purchases') }}
    where user_id is not null

),

returned as (

    select
        user_id,
        sum(quantity) as quantity,
        sum(case
            when order_status = 'refunded' then quantity
            else least(returned_quantity, quantity)
        end) as returned_quantity
    from bought_lines
    group by user_id

),

everybody as (

    select cast(count(*) filter (where is_discounted) as double) / nullif(count(*), 0) as discounted_share
    from purchases

),

kept as (

    select
        user_id,
        count(*) as line_count,
        count(*) filter (where is_discounted) as discounted_line_count,
        count(*) filter (where is_gift) as gift_line_count,
        -- an order in another currency has no amount here, and does not dilute the average
        count(distinct case when net_amount is not null then order_id end) as order_count,
        sum(net_amount) as net_amount
    from purchases
    group by user_id

)

select
    returned.user_id,
    cast(cast(kept.net_amount as double) / nullif(kept.order_count, 0) as decimal(18, 4)) as average_order_amount,
    round(
        (kept.discounted_line_count + {{ discount_prior_lines }} * everybody.discounted_share)
        / (kept.line_count + {{ discount_prior_lines }}),
        9
    ) as discount_affinity,
    round(cast(kept.gift_line_count as double) / kept.line_count, 9) as gift_share,
    round(cast(returned.returned_quantity as double) / cast(returned.quantity as double), 9) as return_share
from returned
cross join everybody
left join kept
    on returned.user_id = kept.user_id
