-- Sorted by user, as int_user_categories.
{{ config(materialized='table_in_parts', part_keys={'model': 'int_user_keys', 'key': 'user_key'}) }}

select
    user_keys.user_key,
    count(distinct floor(purchases.age_days)) as shopping_days,
    count(*) filter (where purchases.age_days < 30) as line_count_30d,
    cast(min(purchases.age_days) as double) as last_bought_days,
    -- days since the last purchase as a multiple of the user's usual days between purchases, pulled towards 30
    round(cast(
        min(purchases.age_days) * (count(distinct floor(purchases.age_days)) + 1)
        / (max(purchases.age_days) - min(purchases.age_days) + 30) as double
    ), 9) as overdue_ratio
from {{ ref('int_own_purchases') }} as purchases
inner join {{ ref('int_user_keys') }} as user_keys
    on purchases.user_id = user_keys.user_id
where user_keys.{{ is_in_part('user_key') }}
group by user_keys.user_key
order by user_keys.user_key
