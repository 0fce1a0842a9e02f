with outcomes as (

    select
        *,
        cast({{ dbt.date_trunc('month', 'ordered_at') }} as date) as month_start_date
    from {{ ref('order_line_outcomes') }}
    where outcome <> 'not_a_product'

)

select
    month_start_date,
    count(distinct order_id) filter (where kept_quantity > 0) as order_count,
    count(distinct user_id) as buyer_count,
    cast(sum(net_amount) as decimal(28, 4)) as net_revenue_amount,
    cast(
        sum(net_amount) / nullif(count(distinct order_id) filter (where kept_quantity > 0), 0) as decimal(18, 4)
    ) as average_order_value_amount,
    count(*) as line_count,
    count(*) filter (where outcome in ('returned', 'refunded')) as returned_line_count,
    count(*) filter (where outcome = 'cancelled') as cancelled_line_count,
    count(*) filter (where outcome = 'kept_in_part') as kept_in_part_line_count
from outcomes
group by month_start_date
