-- One row per period, context and strategy, all places together.
with sums as (

    select
        periods.weeks,
        daily.context,
        daily.strategy,
        sum(daily.impression_count) as impression_count,
        sum(daily.click_count) as click_count,
        sum(daily.purchase_count) as purchase_count,
        sum(daily.revenue_amount) as revenue_amount
    from recommendation_performance_daily as daily
    inner join periods
        on daily.shown_date >= periods.start_date
        and daily.shown_date < periods.end_date
    where daily.position is not null
    group by periods.weeks, daily.context, daily.strategy

)

select
    *,
    replace(context, '_', ' ') as context_text,
    replace(strategy, '_', ' ') as strategy_text,
    rate(click_count, impression_count) as click_through_rate,
    rate(purchase_count, click_count) as conversion_rate,
    rate(1000 * revenue_amount, impression_count) as revenue_per_thousand
from sums
order by weeks, context, click_through_rate desc, strategy
