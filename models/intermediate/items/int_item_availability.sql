with items as (

    select * from {{ ref('stg_items') }}

),

families as (

    select * from {{ ref('int_item_families') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

)

select
    items.item_id,
    items.category,
    case
        when families.family_item_id <> items.item_id then 'variant_of_another'
        when not items.is_product then 'not_a_product'
        when not items.is_active then 'inactive'
        when items.stock_quantity <= 0 then 'out_of_stock'
        when items.published_at > as_of.as_of then 'not_yet_available'
        when items.available_until < as_of.as_of then 'no_longer_available'
    end as unavailable_reason
from items
inner join families
    on items.item_id = families.item_id
cross join as_of
