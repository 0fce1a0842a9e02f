with purchases as (

    select
        purchases.user_id,
        purchases.item_id,
        cast({{ age_in_days('purchases.ordered_at') }} as decimal(18, 6)) as age_days
    from {{ ref('int_purchases') }} as purchases
    cross join {{ ref('stg_as_of') }} as as_of
    where
        purchases.user_id is not null
        and not purchases.is_gift

)

select
    user_id,
    count(distinct floor(age_days)) as shopping_days,
    count(*) filter (where age_days < 30) as line_count_30d,
    cast(min(age_days) as double) as last_bought_days,
    -- days since the last purchase as a multiple of the user's usual days between purchases, pulled towards 30
    round(cast(
        min(age_days) * (count(distinct floor(age_days)) + 1) / (max(age_days) - min(age_days) + 30) as double
    ), 9) as overdue_ratio
from purchases
group by user_id
