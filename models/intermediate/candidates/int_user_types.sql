-- Sorted by user, as int_user_categories.
{{ config(materialized='table_in_parts', part_keys={'model': 'int_user_keys', 'key': 'user_key'}) }}

with days as (

    select
        user_keys.user_key,
        coalesce(items.subcategory, items.category) as item_type,
        min(purchases.age_days) as last_bought_days,
        max(purchases.age_days) as first_bought_days
    from {{ ref('int_own_purchases') }} as purchases
    inner join {{ ref('stg_items') }} as items
        on purchases.item_id = items.item_id
    inner join {{ ref('int_user_keys') }} as user_keys
        on purchases.user_id = user_keys.user_id
    where user_keys.{{ is_in_part('user_key') }}
    group by user_keys.user_key, coalesce(items.subcategory, items.category), floor(purchases.age_days)

)

select
    user_key,
    item_type,
    count(*) as purchase_count,
    cast(min(last_bought_days) as double) as last_bought_days,
    cast(max(first_bought_days) as double) as first_bought_days
from days
group by user_key, item_type
order by user_key
