with outcomes as (

    select
        *,
        cast({{ dbt.date_trunc('month', 'ordered_at') }} as date) as month_start_date,
        -- what was paid in another currency can't be added up, and does not dilute the average
        kept_quantity > 0 and (net_amount > 0 or line_amount = 0) as has_amount,
        -- null without a known buyer who kept something
        ordered_at > min(case when user_id is not null then ordered_at end) over (partition by user_id) as is_returning
    from {{ ref('order_line_outcomes') }}
    where outcome <> 'not_a_product'

)

select
    month_start_date,
    count(distinct order_id) filter (where kept_quantity > 0) as order_count,
    count(distinct user_id) as buyer_count,
    count(distinct case when is_returning then user_id end) as returning_buyer_count,
    {{ rate('count(distinct case when is_returning then user_id end)', 'count(distinct user_id)') }} as repeat_rate,
    cast(sum(net_amount) as decimal(28, 4)) as net_revenue_amount,
    cast(
        sum(net_amount) / nullif(count(distinct order_id) filter (where has_amount), 0) as decimal(18, 4)
    ) as average_order_value_amount,
    count(*) as line_count,
    count(*) filter (where outcome in ('returned', 'refunded')) as returned_line_count,
    count(*) filter (where outcome = 'cancelled') as cancelled_line_count,
    count(*) filter (where outcome = 'kept_in_part') as kept_in_part_line_count
from outcomes
group by month_start_date
