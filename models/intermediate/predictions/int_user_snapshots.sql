-- Buyers as they stood at as_of (cut 0) and, for training, every 30 days before it: one SQL for what is scored and what
-- is learned from. Nothing after a cut is read for it.
{% set half_life = var('prediction_half_life_days') %}
{% set prior = 2 %}  {#- orders at the shop's average pace and amount that a buyer's own are added to -#}

-- named so that age_in_days tells the age at the cut
with as_of as (

    {% for cut_number in range(var('prediction_cuts') + 1) %}
        select
            {{ cut_number }} as cut_number,
            {{ dbt.dateadd('day', -30 * cut_number, 'as_of') }} as as_of
        from {{ ref('stg_as_of') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

orders as (

    select
        as_of.cut_number,
        as_of.as_of,
        orders.user_id,
        orders.net_amount,
        orders.ordered_at,
        cast({{ age_in_days('orders.ordered_at') }} as decimal(18, 6)) as age_days,
        -- the first order made a buyer; only the later ones tell how often one comes back
        case
            when orders.order_number > 1 then {{ decay(age_in_days('orders.ordered_at'), half_life) }}
            else 0
        end as weight
    from {{ ref('int_user_orders') }} as orders
    cross join as_of
    where orders.ordered_at <= as_of.as_of

),

buyers as (

    select
        cut_number,
        user_id,
        count(*) as order_count,
        count(*) filter (where age_days < 30) as order_count_30d,
        count(*) filter (where age_days < 90) as order_count_90d,
        sum(net_amount) as net_amount,
        cast(coalesce(sum(net_amount) filter (where age_days < 30), 0) as double) as amount_30d,
        cast(coalesce(sum(net_amount) filter (where age_days < 90), 0) as double) as amount_90d,
        sum(cast(weight as decimal(18, 6))) as decayed_order_count,
        sum(cast(weight * net_amount as decimal(18, 6))) as decayed_amount,
        max(age_days) as first_days,
        min(age_days) as last_days,
        -- days observed, decayed like the orders in them
        cast((1 - {{ decay('max(age_days)', half_life) }}) * {{ half_life }} / ln(2) as decimal(18, 6))
            as decayed_days,
        max(ordered_at) as last_ordered_at,
        max(as_of) as cut_at
    from orders
    group by cut_number, user_id

),

shop as (

    select
        cut_number,
        cast(sum(net_amount) as double) / sum(order_count) as shop_order_amount,
        -- as long as nobody came back, as long as anybody could have
        greatest(coalesce(
            cast(sum(first_days - last_days) as double) / nullif(sum(order_count - 1), 0),
            cast(max(first_days) as double)
        ), 1) as gap_days,
        (cast(sum(decayed_days) as double) + 1) / (cast(sum(decayed_order_count) as double) + 1) as decayed_gap_days
    from buyers
    group by cut_number

),

estimated as (

    select
        buyers.*,
        shop.shop_order_amount,
        greatest(round(
            (cast(buyers.first_days - buyers.last_days as double) + {{ prior }} * shop.gap_days)
            / (buyers.order_count - 1 + {{ prior }}), 6
        ), 1) as expected_gap_days,
        cast(buyers.decayed_days as double) + {{ prior }} * shop.decayed_gap_days as decayed_days_with_prior
    from buyers
    inner join shop
        on buyers.cut_number = shop.cut_number

)

select
    cut_number,
    user_id,
    order_count,
    order_count_30d,
    order_count_90d,
    cast(decayed_order_count as double) as decayed_order_count,
    round((order_count_30d + 1) / (cast(order_count_90d as double) / 3 + 1), 9) as order_trend,
    round(amount_30d / nullif(shop_order_amount, 0), 9) as amount_30d_share,
    round(amount_90d / nullif(shop_order_amount, 0), 9) as amount_90d_share,
    round(cast(decayed_amount as double) / nullif(shop_order_amount, 0), 9) as decayed_amount_share,
    round(
        (cast(net_amount as double) + {{ prior }} * shop_order_amount)
        / (order_count + {{ prior }}) / nullif(shop_order_amount, 0), 9
    ) as order_amount_share,
    cast(last_days as double) as days_since_last_order,
    cast(first_days as double) as days_since_first_order,
    expected_gap_days,
    round(cast(last_days as double) / expected_gap_days, 9) as overdue_ratio,
    round((cast(decayed_order_count as double) + {{ prior }}) / decayed_days_with_prior, 12) as orders_per_day,
    round((cast(decayed_amount as double) + {{ prior }} * shop_order_amount) / decayed_days_with_prior, 9)
        as amount_per_day,
    last_ordered_at,
    cut_at
from estimated
