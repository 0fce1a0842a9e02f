-- What is new, and can be sold, in the user's favourite category.
select
    categories.user_id,
    items.item_id as occasion,
    items.published_at as happened_at,
    items.item_id
from {{ ref('int_user_categories') }} as categories
inner join {{ ref('stg_items') }} as items
    on categories.category = items.category
inner join {{ ref('int_item_availability') }} as availability
    on items.item_id = availability.item_id
where
    categories.category_rank = 1
    and items.published_at is not null
    and availability.unavailable_reason is null
