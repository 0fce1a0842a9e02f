-- Totals are sums of what was shown, and their rates rates of sums: a mean of rates would weigh a quiet page as much as
-- a busy one.
{% set counts = ['impression_count', 'click_count', 'placed_click_count', 'top_3_click_count', 'cart_add_count',
    'purchase_count'] %}

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
        case when items.is_clicked and items.is_added_to_cart then 1 else 0 end as is_added,
        case when items.is_clicked and items.is_purchased then 1 else 0 end as is_purchased,
        case when items.is_clicked then items.revenue_amount end as revenue_amount,
        cast(case when items.is_clicked then items.revenue_amount end * margins.margin_share as decimal(18, 4))
            as margin_amount,
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

places as (

    select
        shown_date,
        context,
        strategy,
        position,
        count(*) as impression_count,
        sum(is_clicked) as click_count,
        sum(case when position > 0 then is_clicked else 0 end) as placed_click_count,
        sum(case when position between 1 and 3 then is_clicked else 0 end) as top_3_click_count,
        sum(is_added) as cart_add_count,
        sum(is_purchased) as purchase_count,
        coalesce(sum(revenue_amount), 0) as revenue_amount,
        coalesce(sum(margin_amount), 0) as margin_amount,
        sum(cost_amount) as cost_amount
    from shown
    group by shown_date, context, strategy, position

),

-- a place is null in a total, 0 where nobody says
sums as (

    {% for context, strategy, place in [
        ('context', 'strategy', 'position'),
        ('context', "'TOTAL'", 'cast(null as ' ~ dbt.type_int() ~ ')'),
        ("'TOTAL'", "'TOTAL'", 'cast(null as ' ~ dbt.type_int() ~ ')')
    ] %}
        select
            shown_date,
            {{ context }} as context,
            {{ strategy }} as strategy,
            {{ place }} as position,
            {% for name in counts %}
                cast(sum({{ name }}) as bigint) as {{ name }},
            {% endfor %}
            cast(sum(revenue_amount) as decimal(28, 4)) as revenue_amount,
            cast(sum(margin_amount) as decimal(28, 4)) as margin_amount,
            -- unknown when any part is
            cast(case when count(*) = count(cost_amount) then sum(cost_amount) end as decimal(28, 4)) as cost_amount
        from places
        group by shown_date{{ ', context' if context == 'context' }}{{ ', strategy, position' if loop.first }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

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
