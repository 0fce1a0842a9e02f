-- One row per message and item that stands in it, or could: what the item is now, and why it can't be shown.
with items as (

    select
        newer.item_id,
        try_cast(newer.price as decimal(18, 4)) as price,
        try_cast(newer.list_price as decimal(18, 4)) as list_price,
        upper(newer.currency) is distinct from upper(built.currency) as has_other_currency,
        coalesce(try_cast(newer.stock_quantity as double) > 0, true)
        and coalesce(try_cast(newer.is_active as boolean), true)
        and coalesce(try_cast(newer.available_until as timestamp) >= $now, true) as is_on_sale,
        try_cast(newer.price as decimal(18, 4)) is distinct from try_cast(built.price as decimal(18, 4))
        or try_cast(newer.list_price as decimal(18, 4)) is distinct from try_cast(built.list_price as decimal(18, 4))
            as has_other_price,
        try_cast(newer.price as decimal(18, 4)) > try_cast(built.price as decimal(18, 4)) as is_dearer
    from newer_items as newer
    left join built_items as built
        on newer.item_id = built.item_id
    qualify row_number() over (partition by newer.item_id order by newer.price) = 1

),

-- of which a market's own price is another one
changed_markets as (

    select distinct item_id
    from (
        (from newer_item_translations except from built_item_translations)
        union all
        (from built_item_translations except from newer_item_translations)
    )

),

bought as (

    select distinct
        new_orders.user_id,
        coalesce(families.family_item_id, lines.item_id) as item_id
    from new_orders
    inner join newer_order_lines as lines
        on new_orders.order_id = lines.order_id
    left join int_item_families as families
        on lines.item_id = families.item_id
    where
        coalesce(try_cast(lines.quantity as double), 1) > 0
        and new_orders.order_id not in (select order_id from undone_orders)

),

slots as (

    select
        waiting.message_id,
        waiting.user_id,
        lists.placement,
        lists.position,
        lists.position as row_position,
        lists.item_id,
        lists.strategy,
        lists.propensity,
        lists.currency as list_currency,
        false as is_of_digest,
        list_filter(waiting.item_lines, lambda line: line.position = lists.position)[1] as line
    from waiting
    inner join lists
        on
            waiting.user_id = lists.user_id
            and waiting.placement = lists.placement
    union all
    -- a trigger's list may have no more items than its email: the user's own list is the reserve
    select
        waiting.message_id,
        waiting.user_id,
        lists.placement,
        lists.position,
        lists.position + $reserves_from,
        lists.item_id,
        lists.strategy,
        lists.propensity,
        lists.currency,
        true,
        null
    from waiting
    inner join lists
        on
            waiting.user_id = lists.user_id
            and lists.placement = 'email_digest'
    anti join lists as own
        on
            waiting.user_id = own.user_id
            and waiting.placement = own.placement
            and lists.item_id = own.item_id
    where waiting.placement <> 'email_digest'

)

select
    slots.*,
    coalesce(slots.line.currency, markets.currency, slots.list_currency) as currency,
    markets.price as market_price,
    markets.list_price as market_list_price,
    names.item_name as own_name,
    coalesce(slots.line.item_url, markets.item_url) as own_url,
    labels.short_name,
    items.price,
    items.list_price,
    items.has_other_price and markets.price is null as is_repriced,
    case
        when bought.item_id is not null then 'bought'
        when items.item_id is null or not items.is_on_sale then 'sold_out'
        when items.has_other_currency then 'other_currency'
        when items.has_other_price and coalesce(items.price <= 0, true) then 'no_price'
        when changed_markets.item_id is not null and markets.price is not null then 'price_of_market'
        when items.is_dearer and slots.item_id = waiting.shown_item_id then 'dearer'
    end as fault
from slots
inner join waiting
    on slots.message_id = waiting.message_id
left join items
    on slots.item_id = items.item_id
left join bought
    on
        slots.user_id = bought.user_id
        and slots.item_id = bought.item_id
left join changed_markets
    on slots.item_id = changed_markets.item_id
left join int_item_markets as markets
    on
        slots.item_id = markets.item_id
        and waiting.market_locale = markets.locale
left join int_item_markets as names
    on
        slots.item_id = names.item_id
        and waiting.name_locale = names.locale
left join int_item_labels as labels
    on slots.item_id = labels.item_id
