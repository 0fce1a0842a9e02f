-- offers: one row per campaign and coupon. Real. A coupon for one product names it, a coupon whose products
-- are mostly of one category names that; the others cannot be said in the pinned columns and are left out.

create table coupon_items as
select distinct
    campaign_id || '-' || coupon_upc as offer_id,
    campaign_id,
    item_id
from source_coupons;

create table coupon_scopes as
with categories as (
    select
        coupon_items.offer_id,
        coupon_items.campaign_id,
        coalesce(readable_categories.text, departments.name) as category,
        min(coupon_items.item_id) as any_item_id,
        count(*) as category_item_count,
        sum(count(*)) over (partition by coupon_items.offer_id) as item_count
    from coupon_items
    left join source_products on coupon_items.item_id = source_products.item_id
    left join readable_categories on source_products.product_category = readable_categories.product_category
    left join departments on source_products.department = departments.department
    group by
        coupon_items.offer_id,
        coupon_items.campaign_id,
        coalesce(readable_categories.text, departments.name)
)

select
    offer_id,
    campaign_id,
    if(item_count = 1, any_item_id, null) as item_id,
    if(item_count > 1 and category_item_count >= 0.5 * item_count, category, null) as category
from categories
qualify row_number() over (partition by offer_id order by category_item_count desc, category) = 1;

create table coupon_discounts as
-- sales_value still holds the coupon's amount, and the shop's matching discount is already off it (README.md)
select
    coupon_items.offer_id,
    100 * median(
        least(source_lines.coupon_disc / (source_lines.sales_value + source_lines.coupon_match_disc), 1)
    ) as discount_percent
from coupon_items
inner join source_campaigns on coupon_items.campaign_id = source_campaigns.campaign_id
inner join source_lines
    on coupon_items.item_id = source_lines.item_id
    and source_lines.bought_at >= source_campaigns.start_date
    and source_lines.bought_at < source_campaigns.end_date + interval 1 day
where source_lines.coupon_disc > 0 and source_lines.sales_value > 0
group by coupon_items.offer_id
having count(*) >= 5;

create table offers as
select
    coupon_scopes.offer_id,
    'Coupon for ' || coalesce(items.item_name, lower(coupon_scopes.category)) as offer_name,
    items.item_id,
    coupon_scopes.category,
    round(coupon_discounts.discount_percent, 1)::decimal(4, 1) as discount_percent,
    null::varchar as minimum_segment,
    'https://shop.recmail.example/offer/' || coupon_scopes.offer_id as offer_url,
    source_campaigns.start_date as starts_at,
    -- the source gives the last day
    source_campaigns.end_date + interval 1 day - interval 1 second as ends_at
from coupon_scopes
inner join source_campaigns on coupon_scopes.campaign_id = source_campaigns.campaign_id
left join coupon_discounts on coupon_scopes.offer_id = coupon_discounts.offer_id
left join items on coupon_scopes.item_id = items.item_id
where items.item_id is not null or coupon_scopes.category in (select category from shown_items);
