-- What holds for a scope whoever the user is; one never bought has no orders and its items' mean price. Redemptions
-- are orders of the scope, while an offer for it ran, with a reduced line; the factor compares them with what the
-- average scope would have had, as a gamma-Poisson estimate: it starts at 1 and moves as redemptions outnumber
-- `prior_redemptions`.
{% set prior_redemptions = 20 %}

with scopes as (

    select distinct scope
    from {{ ref('int_offers') }}
    where is_live

),

buyer_days as (

    -- a buyer of today counts a day
    select sum(cast(greatest({{ age_in_days('activity.first_ordered_at') }}, 1) as decimal(18, 6))) as day_count
    from {{ ref('int_user_activity') }} as activity
    cross join {{ ref('stg_as_of') }} as as_of
    where activity.order_count > 0

),

orders as (

    select
        scope,
        count(*) as order_count,
        cast(sum(net_amount) as double) / count(*) as average_amount,
        count(*) filter (where is_during_offer) as offered_order_count,
        count(*) filter (where is_during_offer and is_discounted) as redemption_count
    from {{ ref('int_offer_orders') }}
    group by scope

),

usual as (

    select coalesce(cast(sum(redemption_count) as double) / nullif(sum(offered_order_count), 0), 0) as redemption_share
    from orders

),

-- of the items that can be sold now
items as (

    select
        items.item_id,
        items.category,
        items.price,
        -- a cost that is in another unit than the price is none
        case
            when items.unit_cost < 1000 * items.price then cast(1 - items.unit_cost / items.price as decimal(18, 6))
        end as margin_share
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_availability') }} as availability
        on items.item_id = availability.item_id
    where availability.unavailable_reason is null

),

scoped_items as (

    {% for item_id, category in [
        ('item_id', 'null'), ('null', 'category'), ('null', 'null')
    ] %}
        select
            {{ offer_scope(item_id, category) }} as scope,
            price,
            margin_share
        from items
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

sellable as (

    select
        scope,
        cast(sum(price) as double) / count(*) as average_price,
        coalesce(
            cast(sum(margin_share) as double) / nullif(count(margin_share), 0), {{ var('default_margin_share') }}
        ) as margin_share
    from scoped_items
    group by scope

)

select
    scopes.scope,
    round(coalesce(orders.order_count / cast(buyer_days.day_count as double), 0), 12) as orders_per_day,
    round(coalesce(orders.average_amount, sellable.average_price), 6) as average_amount,
    round(sellable.margin_share, 9) as margin_share,
    coalesce(orders.offered_order_count, 0) as offered_order_count,
    coalesce(orders.redemption_count, 0) as redemption_count,
    round(
        (coalesce(orders.redemption_count, 0) + {{ prior_redemptions }})
        / (coalesce(orders.offered_order_count, 0) * usual.redemption_share + {{ prior_redemptions }}),
        9
    ) as redemption_factor
from scopes
inner join sellable
    on scopes.scope = sellable.scope
cross join buyer_days
cross join usual
left join orders
    on scopes.scope = orders.scope
