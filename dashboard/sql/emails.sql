-- One row per period, trigger and segment, and for all of each (null), the period before where is_before,
-- with the change of each measure since.
with sums as (

    select
        periods.weeks,
        daily.sent_date < periods.start_date as is_before,
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
    inner join periods
        on daily.sent_date >= periods.before_date
        and daily.sent_date < periods.end_date
    group by periods.weeks, daily.sent_date < periods.start_date, cube (daily.trigger_type, daily.segment)

),

rates as (

    select
        *,
        rate(delivered_count, sent_count) as delivery_rate,
        rate(opened_count, delivered_count) as open_rate,
        rate(clicked_count, delivered_count) as click_rate,
        rate(unsubscribed_count, delivered_count) as unsubscribe_rate,
        rate(complained_count, delivered_count) as complaint_rate,
        rate(converted_count, delivered_count) as conversion_rate,
        rate(revenue_amount, delivered_count) as revenue_per_email
    from sums

)

select
    weeks,
    is_before,
    trigger_type,
    segment,
    trigger_type as trigger_text,
    segment as segment_text,
    sent_count,
    delivery_rate,
    open_rate,
    click_rate,
    conversion_rate,
    revenue_amount,
    revenue_per_email,
    unsubscribe_rate,
    complaint_rate,
    rate(sent_count - lag(sent_count) over before, lag(sent_count) over before) as sent_count_change,
    rate(delivery_rate - lag(delivery_rate) over before, lag(delivery_rate) over before) as delivery_rate_change,
    rate(open_rate - lag(open_rate) over before, lag(open_rate) over before) as open_rate_change,
    rate(click_rate - lag(click_rate) over before, lag(click_rate) over before) as click_rate_change,
    rate(conversion_rate - lag(conversion_rate) over before, lag(conversion_rate) over before) as conversion_rate_change,
    rate(revenue_amount - lag(revenue_amount) over before, lag(revenue_amount) over before) as revenue_amount_change,
    rate(revenue_per_email - lag(revenue_per_email) over before, lag(revenue_per_email) over before) as revenue_per_email_change,
    rate(unsubscribe_rate - lag(unsubscribe_rate) over before, lag(unsubscribe_rate) over before) as unsubscribe_rate_change,
    rate(complaint_rate - lag(complaint_rate) over before, lag(complaint_rate) over before) as complaint_rate_change
from rates
-- the period before comes first
window before as (partition by weeks, trigger_type, segment order by is_before desc)
order by weeks, is_before, trigger_type nulls first, segment nulls first
