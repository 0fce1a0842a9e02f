{{ config(materialized='view') }}

select
    user_id,
    item_id,
    event_type,
    dwell_seconds,
    is_gift,
    occurred_at
from {{ ref('int_purchase_events') }}
union all
select
    user_id,
    item_id,
    event_type,
    dwell_seconds,
    is_gift,
    occurred_at
from {{ ref('int_visit_events') }}
