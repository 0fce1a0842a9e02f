-- Gifts say nothing about taste.
{{ config(materialized='view') }}

select
    events.user_id,
    events.item_id,
    cast({{ age_in_days('events.occurred_at') }} as decimal(18, 6)) as age_days
from {{ ref('int_purchase_events') }} as events
cross join {{ ref('stg_as_of') }} as as_of
where not events.is_gift
