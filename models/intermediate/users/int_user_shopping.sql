select
    user_id,
    count(distinct floor(age_days)) as shopping_days,
    count(*) filter (where age_days < 30) as line_count_30d,
    cast(min(age_days) as double) as last_bought_days,
    -- days since the last purchase as a multiple of the user's usual days between purchases, pulled towards 30
    round(cast(
        min(age_days) * (count(distinct floor(age_days)) + 1) / (max(age_days) - min(age_days) + 30) as double
    ), 9) as overdue_ratio
from {{ ref('int_own_purchases') }}
group by user_id
