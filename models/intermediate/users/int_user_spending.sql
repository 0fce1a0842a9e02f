-- Few lines say little about a habit: `discount_affinity` starts from what all buyers do and moves to the user's own
-- share of reduced lines as these outnumber `discount_prior_lines`.
with purchases as (

    select * from {{ ref('int_purchases') }}
    where user_id is not null

),

everybody as (

    select cast(count(*) filter (where is_discounted) as double) / nullif(count(*), 0) as discounted_share
    from purchases

),

per_user as (

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
    per_user.user_id,
    cast(
        cast(per_user.net_amount as double) / nullif(per_user.order_count, 0) as decimal(18, 4)
    ) as average_order_amount,
    round(
        (per_user.discounted_line_count + {{ var('discount_prior_lines') }} * everybody.discounted_share)
        / (per_user.line_count + {{ var('discount_prior_lines') }}),
        9
    ) as discount_affinity,
    round(cast(per_user.gift_line_count as double) / per_user.line_count, 9) as gift_share
from per_user
cross join everybody
