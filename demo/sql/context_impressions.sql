-- context_impressions. Synthetic: recommendations shown on the site around orders of the last IMPRESSION_DAYS
-- days, four a page. What happens to each is drawn first and the item chosen to fit, so a purchase is a real
-- line of the order that follows.

create table pages as
with recent as (
    select
        visits.visit_id,
        visits.order_id,
        visits.started_at,
        orders.user_id,
        orders.ordered_at,
        lag(orders.ordered_at) over (partition by orders.user_id order by orders.ordered_at, orders.order_id)
            as previous_ordered_at
    from visits
    inner join orders on visits.order_id = orders.order_id
    where
        visits.kind = 'before order'
        -- enough lines for every slot of the page to be bought
        and orders.order_id in (select order_id from shown_lines where basket_position = 4)
)

select
    *,
    pick(
        ['item_page', 'item_page', 'item_page', 'item_page', 'home', 'home', 'cart', 'post_purchase'],
        draw('page', visit_id)
    ) as context
from recent
where previous_ordered_at > getvariable('end_at') - to_days(getvariable('impression_days'));

create table context_click_rates as
unpivot (select unnest(getvariable('impression_click_rates')))
on columns(*) into name context value click_rate;

create table slots as
with drawn as (
    select
        pages.*,
        slot.number as slot,
        visit_id || '-' || slot.number as slot_key
    from pages
    cross join range(1, 5) as slot(number)
),

clicked as (
    select
        drawn.*,
        draw('shown clicked', drawn.slot_key) < context_click_rates.click_rate as is_clicked
    from drawn
    inner join context_click_rates on drawn.context = context_click_rates.context
),

added as (
    select
        *,
        is_clicked
        and draw('shown added', slot_key) < getvariable('impression_cart_share') as is_added_to_cart
    from clicked
)

select
    *,
    is_added_to_cart
    and draw('shown bought', slot_key) < getvariable('impression_purchase_share') as is_purchased
from added;

create table context_impressions as
with bought as (
    select
        slots.slot_key,
        shown_lines.item_id,
        shown_lines.sales_value
    from slots
    inner join shown_lines
        on slots.order_id = shown_lines.order_id
        and slots.slot = shown_lines.basket_position
    where slots.is_purchased
),

other as (
    select
        slots.slot_key,
        shown_items.item_id
    from slots
    inner join shown_items
        on shown_items.popularity_rank = 1 + floor(pow(draw('shown item', slots.slot_key), 2) * 3000)
)

select
    'shown-' || slots.slot_key as impression_id,
    slots.context,
    -- after the last order on the page that thanks for it, else during the visit
    if(
        slots.context = 'post_purchase',
        slots.previous_ordered_at + interval 2 minute,
        slots.started_at + interval 3 minute
    ) as occurred_at,
    slots.user_id,
    coalesce(bought.item_id, other.item_id) as item_id,
    slots.slot::integer as position,
    pick(
        case slots.context
            when 'item_page' then ['also_viewed', 'similar_items', 'bought_together']
            when 'home' then ['trending', 'recently_viewed', 'best_sellers']
            when 'cart' then ['bought_together', 'complements', 'upgrade']
            else ['also_bought', 'complements', 'buy_again']
        end,
        draw('shown strategy', slots.slot_key)
    ) as strategy,
    slots.is_clicked,
    slots.is_added_to_cart,
    slots.is_purchased,
    coalesce(bought.sales_value, 0)::decimal(12, 2) as revenue_amount
from slots
left join bought on slots.slot_key = bought.slot_key
inner join other on slots.slot_key = other.slot_key;
