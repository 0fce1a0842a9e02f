{{ config(materialized='view') }}

select
    purchases.user_id,
    purchases.item_id,
    'purchase' as event_type,
    cast(null as decimal(18, 4)) as dwell_seconds,
    purchases.is_gift,
    purchases.ordered_at as occurred_at
from {{ ref('int_purchases') }} as purchases
cross join {{ ref('stg_as_of') }} as as_of  -- noqa: AL05
where
    purchases.user_id is not null
    and {{ is_remembered('purchases.ordered_at') }}
