with scopes as (

    select distinct scope
    from {{ ref('int_offers') }}
    where is_live

),

purchases as (

    select
        purchases.user_id,
        purchases.order_id,
        purchases.item_id,
        items.category,
        purchases.net_amount,
        purchases.is_discounted,
        purchases.ordered_at
    from {{ ref('int_purchases') }} as purchases
    inner join {{ ref('stg_items') }} as items
        on purchases.item_id = items.item_id
    where
        purchases.user_id is not null
        and purchases.net_amount is not null

),

-- a line belongs to up to three scopes: its item's, its category's and the shop's
scoped as (

    {% for item_id, category in [
        ('item_id', 'null'), ('null', 'category'), ('null', 'null')
    ] %}
        select
            user_id,
            order_id,
            {{ offer_scope(item_id, category) }} as scope,
            net_amount,
            is_discounted,
            ordered_at
        from purchases
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

orders as (

    select
        scoped.user_id,
        scoped.order_id,
        scoped.scope,
        sum(scoped.net_amount) as net_amount,
        max(case when scoped.is_discounted then 1 else 0 end) as is_discounted,
        max(scoped.ordered_at) as ordered_at
    from scoped
    inner join scopes
        on scoped.scope = scopes.scope
    group by scoped.user_id, scoped.order_id, scoped.scope

),

offered as (

    select distinct
        orders.order_id,
        orders.scope
    from orders
    inner join {{ ref('int_offers') }} as offers
        on
            orders.scope = offers.scope
            and orders.ordered_at between offers.starts_at and offers.ends_at

)

select
    orders.user_id,
    orders.order_id,
    orders.scope,
    cast(orders.net_amount as decimal(18, 4)) as net_amount,
    orders.is_discounted = 1 as is_discounted,
    offered.order_id is not null as is_during_offer
from orders
left join offered
    on
        orders.order_id = offered.order_id
        and orders.scope = offered.scope
