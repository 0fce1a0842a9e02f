{#-
    A row per user and item the user bought for themselves, of the users of a relation with their keys: what is foretold
    of an item, and of a user and an item, is of the same purchases. Several orders of a day are one purchase.
-#}
{% macro purchase_histories(users) -%}
{% set slow_half_life_days = 120 %} {#- what is bought a few times a year still counts -#}
{% set window_days = var('repurchase_window_days') %}
with purchase_days as (

    select
        users.user_key,
        item_keys.item_key,
        min(purchases.age_days) as age_days
    from {{ ref('int_own_purchases') }} as purchases
    inner join {{ users }} as users
        on purchases.user_id = users.user_id
    inner join {{ ref('int_item_keys') }} as item_keys
        on purchases.item_id = item_keys.item_id
    group by users.user_key, item_keys.item_key, floor(purchases.age_days)

),

gaps as (

    select
        *,
        lag(age_days) over (partition by user_key, item_key order by age_days desc) - age_days as gap_days
    from purchase_days

),

counted as (

    select
        user_key,
        item_key,
        count(*) as purchase_count,
        cast(min(age_days) as double) as last_bought_days,
        cast(max(age_days) as double) as first_bought_days,
        cast(coalesce(sum(gap_days), 0) as double) as gap_days_sum,
        cast(sum(cast({{ decay('age_days', slow_half_life_days) }} as decimal(18, 9))) as double) as slow_decayed_count,
        -- how often, in how many days, it was bought when the window allowed it to be recommended
        count(*) filter (where gap_days > {{ window_days }}) as late_count,
        cast(
            coalesce(sum(greatest(gap_days - {{ window_days }}, 0)), 0)
            + greatest(min(age_days) - {{ window_days }}, 0) as double
        ) as late_days
    from gaps
    group by user_key, item_key

)

select
    counted.user_key,
    counted.item_key,
    item_keys.item_id,
    counted.purchase_count,
    counted.last_bought_days,
    counted.first_bought_days,
    counted.gap_days_sum,
    counted.slow_decayed_count,
    counted.late_count,
    counted.late_days
from counted
inner join {{ ref('int_item_keys') }} as item_keys
    on counted.item_key = item_keys.item_key
{%- endmacro %}
