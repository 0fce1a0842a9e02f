-- Sorted by user, as int_user_categories.
select
    user_keys.user_key,
    coalesce(items.subcategory, items.category) as item_type,
    count(distinct floor(purchases.age_days)) as purchase_count,
    cast(min(purchases.age_days) as double) as last_bought_days,
    cast(max(purchases.age_days) as double) as first_bought_days
from {{ ref('int_own_purchases') }} as purchases
inner join {{ ref('stg_items') }} as items
    on purchases.item_id = items.item_id
inner join {{ ref('int_user_keys') }} as user_keys
    on purchases.user_id = user_keys.user_id
group by user_keys.user_key, coalesce(items.subcategory, items.category)
order by user_keys.user_key
