-- Several orders of a day are one purchase. Sorted by user, as int_user_items.
{% set slow_half_life_days = 120 %} {#- what is bought a few times a year still counts -#}
{% set window_days = var('repurchase_window_days') %}

with purchase_days as (

    select
        user_id,
        item_id,
        min(age_days) as age_days
    from {{ ref('int_own_purchases') }}
    group by user_id, item_id, floor(age_days)

),

gaps as (

    select
        *,
        lag(age_days) over (partition by user_id, item_id order by age_days desc) - age_days as gap_days
    from purchase_days

)

select
    user_keys.user_key,
    item_keys.item_key,
    gaps.item_id,
    count(*) as purchase_count,
    cast(min(gaps.age_days) as double) as last_bought_days,
    cast(max(gaps.age_days) as double) as first_bought_days,
    cast(coalesce(sum(gaps.gap_days), 0) as double) as gap_days_sum,
    cast(sum(cast({{ decay('gaps.age_days', slow_half_life_days) }} as decimal(18, 9))) as double)
        as slow_decayed_count,
    -- how often, in how many days, it was bought when the window allowed it to be recommended
    count(*) filter (where gaps.gap_days > {{ window_days }}) as late_count,
    cast(
        coalesce(sum(greatest(gaps.gap_days - {{ window_days }}, 0)), 0)
        + greatest(min(gaps.age_days) - {{ window_days }}, 0) as double
    ) as late_days
from gaps
inner join {{ ref('int_user_keys') }} as user_keys
    on gaps.user_id = user_keys.user_id
inner join {{ ref('int_item_keys') }} as item_keys
    on gaps.item_id = item_keys.item_id
group by user_keys.user_key, item_keys.item_key, gaps.item_id
order by user_keys.user_key
