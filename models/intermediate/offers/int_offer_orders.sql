with scopes as (

    select distinct scope
    from {{ ref('int_offers') }}
    where is_live

),

-- an item belongs to up to three scopes: its own, its category's if it has one, and the shop's
item_scopes as (

    {% for item_id, category in [
        ('item_id', 'null'), ('null', 'category'), ('null', 'null')
    ] %}
        select
            items.item_id,
            scopes.scope
        from {{ ref('stg_items') }} as items
        inner join scopes
            on {{ offer_scope(item_id, category) }} = scopes.scope
        {{ 'union' if not loop.last }}
    {% endfor %}

),

orders as (

    select
        purchases.user_id,
        purchases.order_id,
        item_scopes.scope,
        sum(purchases.net_amount) as net_amount,
        max(case when purchases.is_discounted then 1 else 0 end) as is_discounted,
        max(purchases.ordered_at) as ordered_at
    from {{ ref('int_purchases') }} as purchases
    inner join item_scopes
        on purchases.item_id = item_scopes.item_id
    where
        purchases.user_id is not null
        and purchases.net_amount is not null
    group by purchases.user_id, purchases.order_id, item_scopes.scope

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
