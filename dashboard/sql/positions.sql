-- One row per period, context and place that somebody named, all strategies together.
with sums as (

    select
        periods.weeks,
        daily.context,
        daily.position,
        sum(daily.impression_count) as impression_count,
        sum(daily.click_count) as click_count
    from recommendation_performance_daily as daily
    inner join periods
        on daily.shown_date >= periods.start_date
        and daily.shown_date < periods.end_date
    where daily.position > 0
    group by periods.weeks, daily.context, daily.position

)

select
    *,
    replace(context, '_', ' ') as context_text,
    rate(click_count, impression_count) as click_through_rate
from sums
order by weeks, context, position
