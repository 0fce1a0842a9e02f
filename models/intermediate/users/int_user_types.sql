with purchases as (

    select
        purchases.user_id,
        coalesce(items.subcategory, items.category) as item_type,
        cast({{ age_in_days('purchases.ordered_at') }} as decimal(18, 6)) as age_days
    from {{ ref('int_purchases') }} as purchases
    inner join {{ ref('stg_items') }} as items
        on purchases.item_id = items.item_id
    cross join {{ ref('stg_as_of') }} as as_of
    where
        purchases.user_id is not null
        and not purchases.is_gift

)

select
    user_id,
    item_type,
    count(distinct floor(age_days)) as purchase_count,
    cast(min(age_days) as double) as last_bought_days,
    cast(max(age_days) as double) as first_bought_days
from purchases
group by user_id, item_type
