-- What is new, and can be sold, in the user's favourite category. What is too old to be due is left out before users
-- are joined: a category has thousands of items.
with new_items as (

    select
        items.item_id,
        items.category,
        items.published_at
    from {{ ref('stg_items') }} as items
    inner join {{ ref('int_item_availability') }} as availability
        on items.item_id = availability.item_id
    cross join {{ ref('stg_as_of') }} as as_of
    inner join {{ ref('triggers') }} as triggers
        on triggers.trigger_type = 'new_in_category'
    where
        availability.unavailable_reason is null
        and as_of.as_of
        < {{ dbt.dateadd('hour', 'triggers.delay_hours + triggers.window_hours', 'items.published_at') }}

)

select
    categories.user_id,
    new_items.item_id as occasion,
    new_items.published_at as happened_at,
    new_items.item_id
from {{ ref('int_user_categories') }} as categories
inner join new_items
    on categories.category = new_items.category
where categories.category_rank = 1
