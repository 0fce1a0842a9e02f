-- One row per week, trigger and segment, and for all of each (null).
with sums as (

    select
        cast(date_trunc('week', daily.sent_date) as date) as week,
        daily.trigger_type,
        daily.segment,
        sum(daily.sent_count) as sent_count,
        sum(daily.delivered_count) as delivered_count,
        sum(daily.opened_count) as opened_count,
        sum(daily.clicked_count) as clicked_count,
        sum(daily.unsubscribed_count) as unsubscribed_count,
        sum(daily.complained_count) as complained_count,
        sum(daily.converted_count) as converted_count,
        sum(daily.revenue_amount) as revenue_amount
    from email_performance_daily as daily
    inner join (
        select
            min(trend_date) as trend_date,
            max(end_date) as end_date
        from periods
    ) as shown
        on daily.sent_date >= shown.trend_date
        and daily.sent_date < shown.end_date
    group by date_trunc('week', daily.sent_date), cube (daily.trigger_type, daily.segment)

)

select
    week,
    trigger_type,
    segment,
    sent_count,
    rate(delivered_count, sent_count) as delivery_rate,
    rate(opened_count, delivered_count) as open_rate,
    rate(clicked_count, delivered_count) as click_rate,
    rate(unsubscribed_count, delivered_count) as unsubscribe_rate,
    rate(complained_count, delivered_count) as complaint_rate,
    rate(converted_count, delivered_count) as conversion_rate,
    revenue_amount,
    rate(revenue_amount, delivered_count) as revenue_per_email
from sums
order by week, trigger_type nulls first, segment nulls first
