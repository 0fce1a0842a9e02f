-- Totals are sums of what was shown, and their rates rates of sums: a mean of rates would weigh a quiet page as much as a
-- busy one.
with margins as (

    select
        item_id,
        coalesce(
            cast(price - unit_cost as double) / nullif(cast(price as double), 0),
            {{ var('default_margin_share') }}
        ) as margin_share
    from {{ ref('stg_items') }}

),

shown as (

    select
        cast(items.shown_at as date) as shown_date,
        items.context,
        coalesce(items.strategy, 'unknown') as strategy,
        coalesce(items.position, 0) as position,
        case when items.is_clicked then 1 else 0 end as is_clicked,
        case when items.is_added_to_cart then 1 else 0 end as is_added,
        case when items.is_purchased then 1 else 0 end as is_purchased,
        items.revenue_amount,
        cast(items.revenue_amount * margins.margin_share as decimal(18, 4)) as margin_amount,
        {% if var('cost_per_thousand') %}
            case items.context
                {% for context, cost in var('cost_per_thousand').items() %}
                    when {{ literal(context) }} then cast({{ cost / 1000 }} as double)
                {% endfor %}
            end as cost_amount
        {% else %}
            cast(null as double) as cost_amount
        {% endif %}
    from {{ ref('int_shown_items') }} as items
    left join margins
        on items.item_id = margins.item_id

),

sums as (

    select
        shown_date,
        case when grouping(context) = 1 then 'TOTAL' else context end as context,
        case when grouping(strategy) = 1 then 'TOTAL' else strategy end as strategy,
        -- null in a total, 0 where nobody says
        case when grouping(position) = 0 then position end as position,
        count(*) as impression_count,
        cast(sum(is_clicked) as bigint) as click_count,
        cast(sum(case when position > 0 then is_clicked else 0 end) as bigint) as placed_click_count,
        cast(sum(case when position between 1 and 3 then is_clicked else 0 end) as bigint) as top_3_click_count,
        cast(sum(is_added) as bigint) as cart_add_count,
        cast(sum(is_purchased) as bigint) as purchase_count,
        cast(coalesce(sum(revenue_amount), 0) as decimal(28, 4)) as revenue_amount,
        cast(coalesce(sum(margin_amount), 0) as decimal(28, 4)) as margin_amount,
        -- unknown when any part is
        cast(round(case when count(*) = count(cost_amount) then sum(cost_amount) end, 4) as decimal(28, 4)) as cost_amount
    from shown
    group by grouping sets ((shown_date, context, strategy, position), (shown_date, context), (shown_date))

)

select
    shown_date,
    context,
    strategy,
    position,
    impression_count,
    click_count,
    top_3_click_count,
    cart_add_count,
    purchase_count,
    revenue_amount,
    margin_amount,
    cost_amount,
    {{ rate('click_count', 'impression_count') }} as click_through_rate,
    {{ rate('cart_add_count', 'click_count') }} as add_to_cart_rate,
    {{ rate('purchase_count', 'click_count') }} as conversion_rate,
    {{ rate('1000 * revenue_amount', 'impression_count') }} as revenue_per_thousand,
    {{ rate('top_3_click_count', 'placed_click_count') }} as top_3_click_share,
    {{ rate('margin_amount - cost_amount', 'cost_amount') }} as return_on_investment
from sums
