-- One row per period and context, with the total of all contexts.
with places as (

    select
        shown_date,
        context,
        sum(click_count) as placed_click_count
    from recommendation_performance_daily
    where position > 0
    group by shown_date, context

),

totals as (

    select
        totals.*,
        case
            when totals.context = 'TOTAL' then sum(places.placed_click_count) over (partition by totals.shown_date)
            else places.placed_click_count
        end as placed_click_count
    from recommendation_performance_daily as totals
    left join places
        on totals.shown_date = places.shown_date
        and totals.context = places.context
    where totals.position is null

),

sums as (

    select
        periods.weeks,
        totals.context,
        sum(totals.impression_count) as impression_count,
        sum(totals.click_count) as click_count,
        sum(totals.placed_click_count) as placed_click_count,
        sum(totals.top_3_click_count) as top_3_click_count,
        sum(totals.cart_add_count) as cart_add_count,
        sum(totals.purchase_count) as purchase_count,
        sum(totals.revenue_amount) as revenue_amount,
        sum(totals.margin_amount) as margin_amount,
        -- unknown when any day's is
        case when count(*) = count(totals.cost_amount) then sum(totals.cost_amount) end as cost_amount
    from totals
    inner join periods
        on totals.shown_date >= periods.start_date
        and totals.shown_date < periods.end_date
    group by periods.weeks, totals.context

)

select
    *,
    context = 'TOTAL' as is_total,
    case when context = 'TOTAL' then 'all contexts' else replace(context, '_', ' ') end as context_text,
    rate(click_count, impression_count) as click_through_rate,
    rate(cart_add_count, click_count) as add_to_cart_rate,
    rate(purchase_count, click_count) as conversion_rate,
    rate(1000 * revenue_amount, impression_count) as revenue_per_thousand,
    rate(top_3_click_count, placed_click_count) as top_3_click_share,
    rate(margin_amount - cost_amount, cost_amount) as return_on_investment
from sums
order by weeks, is_total, context
