{# share of the items on sale with a picture (a link) from which on one without is left out #}
{% set picture_and_link_share_min = 0.5 %}

with items as (

    select * from {{ ref('stg_items') }}

),

families as (

    select * from {{ ref('int_item_families') }}

),

sensitivity as (

    select * from {{ ref('int_item_sensitivity') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

judged as (

    select
        items.item_id,
        items.category,
        items.image_url,
        items.item_url,
        coalesce(sensitivity.sensitivity_level = 'own_reorders', false) as is_for_reorders,
        case
            when families.family_item_id <> items.item_id then 'variant_of_another'
            when not items.is_product then 'not_a_product'
            when not items.is_active then 'inactive'
            when sensitivity.sensitivity_level = 'never' then 'sensitive'
            when items.stock_quantity <= 0 then 'out_of_stock'
            when items.published_at > as_of.as_of then 'not_yet_available'
            when items.available_until < as_of.as_of then 'no_longer_available'
        end as reason
    from items
    inner join families
        on items.item_id = families.item_id
    left join sensitivity
        on items.item_id = sensitivity.item_id
    cross join as_of

),

-- a shop whose items have no pictures, or no pages, has all of them shown without
on_sale as (

    select
        count(image_url) >= {{ picture_and_link_share_min }} * count(*) as has_images,
        count(item_url) >= {{ picture_and_link_share_min }} * count(*) as has_links
    from judged
    where reason is null

)

select
    judged.item_id,
    judged.category,
    coalesce(
        judged.reason,
        case
            when judged.image_url is null and on_sale.has_images then 'no_image'
            when judged.item_url is null and on_sale.has_links then 'no_link'
        end
    ) as unavailable_reason,
    judged.is_for_reorders
from judged
cross join on_sale
