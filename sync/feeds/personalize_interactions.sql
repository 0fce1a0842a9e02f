-- Item interactions dataset: what people looked at, put into the cart, wished for, clicked in an email and bought, but for
-- gifts and what came back. Nothing sensitive.
with interactions as (

    select
        user_id,
        item_id,
        occurred_at as happened_at,
        case event_type
            when 'item_view' then 'View'
            when 'cart_add' then 'AddToCart'
            when 'wishlist_add' then 'AddToWishlist'
        end as event_type
    from int_web_interactions
    union all
    select
        user_id,
        item_id,
        ordered_at as happened_at,
        'Purchase' as event_type
    from int_purchases
    where not coalesce(is_gift, false)
    union all
    select
        user_id,
        item_id,
        clicked_at as happened_at,
        'EmailClick' as event_type
    from int_email_item_clicks

)

select
    interactions.user_id as "USER_ID",
    interactions.item_id as "ITEM_ID",
    cast(epoch(interactions.happened_at) as bigint) as "TIMESTAMP",
    interactions.event_type as "EVENT_TYPE",
    case when length(interactions.item_id) > 256 then 'item_id is longer than 256 characters' end as left_out
from interactions
inner join people
    on interactions.user_id = people.user_id
where
    interactions.event_type is not null
    and interactions.item_id not in (select sensitive.item_id from int_item_sensitivity as sensitive)
order by interactions.user_id, "TIMESTAMP", "EVENT_TYPE", interactions.item_id
