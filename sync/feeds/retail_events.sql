-- UserEvent of the Retail API: views of items, and orders. Of what was put into a cart we know no quantity, which Google
-- wants; what was searched for may hold anything. Neither is told.
with views as (

    select
        views.user_id,
        events.anonymous_id,
        views.occurred_at as happened_at,
        views.event_id as source_id,
        'detail-page-view' as event_type,
        [{'product': {'id': views.item_id}, 'quantity': cast(null as integer)}] as product_details,
        cast(null as struct(id varchar, revenue double, "currencyCode" varchar)) as purchase_transaction
    from int_web_interactions as views
    left join stg_web_events as events
        on views.event_id = events.event_id
    where
        views.event_type = 'item_view'
        and views.item_id not in (select sensitive.item_id from int_item_sensitivity as sensitive)

),

lines as (

    select
        lines.order_id,
        lines.user_id,
        lines.anonymous_id,
        lines.ordered_at,
        families.family_item_id as item_id,
        coalesce(lines.currency, items.currency) as currency,
        sum(lines.quantity) as quantity,
        sum(lines.quantity * lines.unit_price) as amount
    from int_bought_lines as lines
    inner join int_item_families as families
        on lines.item_id = families.item_id
    inner join stg_items as items
        on lines.item_id = items.item_id
    where families.family_item_id not in (select sensitive.item_id from int_item_sensitivity as sensitive)
    group by all

),

orders as (

    select
        user_id,
        anonymous_id,
        ordered_at as happened_at,
        order_id as source_id,
        'purchase-complete' as event_type,
        list(
            {'product': {'id': item_id}, 'quantity': cast(ceil(quantity) as integer)} order by item_id
        ) as product_details,
        {
            'id': order_id, 'revenue': cast(round(sum(amount), 2) as double), 'currencyCode': currency
        } as purchase_transaction
    from lines
    group by user_id, anonymous_id, ordered_at, order_id, currency

)

select
    happenings.event_type as "eventType",
    coalesce(
        case when happenings.anonymous_id not like '%@%' then happenings.anonymous_id end, happenings.user_id
    ) as "visitorId",
    strftime(happenings.happened_at, '%Y-%m-%dT%H:%M:%SZ') as "eventTime",
    {'userId': happenings.user_id} as "userInfo",
    happenings.product_details as "productDetails",
    happenings.purchase_transaction as "purchaseTransaction",
    case
        when length(happenings.source_id) > 128 and happenings.event_type = 'purchase-complete'
            then 'order_id is longer than 128 characters'
        when length(happenings.anonymous_id) > 128 then 'anonymous_id is longer than 128 characters'
        when happenings.purchase_transaction.revenue <= 0 then 'an order without revenue'
        when list_max(list_transform(happenings.product_details, lambda detail: length(detail.product.id))) > 128
            then 'item_id is longer than 128 characters'
    end as left_out
from (select * from views union all select * from orders) as happenings
inner join people
    on happenings.user_id = people.user_id
order by
    "eventTime",
    happenings.user_id,
    happenings.event_type,
    happenings.source_id,
    happenings.purchase_transaction."currencyCode"
