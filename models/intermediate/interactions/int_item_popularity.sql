with days as (

    select * from {{ ref('int_daily_item_sales') }}

),

purchases as (

    select * from {{ ref('int_purchases') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

),

decayed as (

    select
        days.item_id,
        sum(cast(
            days.day_end_count * {{ decay(age_in_days(day_end('days.order_date')), var('half_life_days')) }}
            as decimal(18, 6)
        )) as purchase_count
    from days
    cross join as_of
    group by days.item_id

),

recent as (

    select
        purchases.item_id,
        count(distinct coalesce(purchases.user_id, purchases.anonymous_id, purchases.order_id)) as buyer_count
    from purchases
    cross join as_of
    where purchases.ordered_at > {{ dbt.dateadd('day', -30, 'as_of.as_of') }}
    group by purchases.item_id

)

select
    decayed.item_id,
    coalesce(recent.buyer_count, 0) as buyer_count_30d,
    cast(decayed.purchase_count as decimal(28, 6)) as decayed_purchase_count
from decayed
left join recent
    on decayed.item_id = recent.item_id
