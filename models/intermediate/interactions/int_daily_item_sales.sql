with purchases as (

    select * from {{ ref('int_purchases') }}

),

users as (

    select * from {{ ref('stg_users') }}

)

select
    purchases.item_id,
    users.country_code,
    -- decimals, summed exactly: the order of rows can't change a digit
    {% for half_life, column in [
        (var('half_life_days'), 'day_end_count'), (constants().trend_half_life_days, 'day_end_trend_count')
    ] %}
        cast(sum(
            cast({{ decay(age_at_day_end('purchases.ordered_at'), half_life) }} as decimal(18, 9))
        ) as decimal(18, 9)) as {{ column }},
    {% endfor %}
    cast(purchases.ordered_at as date) as order_date
from purchases
left join users
    on purchases.user_id = users.user_id
group by purchases.item_id, users.country_code, cast(purchases.ordered_at as date)
