with purchases as (

    select * from {{ ref('int_purchases') }}

),

as_of as (

    select as_of from {{ ref('stg_as_of') }}

)

select
    purchases.item_id,
    count(*) as purchase_count,
    count(distinct purchases.user_id) as buyer_count,
    count(distinct coalesce(purchases.user_id, purchases.order_id)) filter (
        where purchases.ordered_at > {{ dbt.dateadd('day', -30, 'as_of.as_of') }}
    ) as buyer_count_30d,
    cast(sum(cast(
        {{ decay(
            dbt.datediff('purchases.ordered_at', 'as_of.as_of', 'second') ~ ' / 86400.0', var('half_life_days')
        ) }} as decimal(18, 6)
    )) as decimal(28, 6)) as decayed_purchase_count
from purchases
cross join as_of
group by purchases.item_id
