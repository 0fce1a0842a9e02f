{{ config(materialized='view') }}

select
    user_id,
    item_id,
    event_type,
    day_end_weight,
    undecayed_weight,
    event_count,
    gift_count,
    event_date,
    first_at,
    last_at
from {{ ref('int_daily_purchases') }}
union all
select
    user_id,
    item_id,
    event_type,
    day_end_weight,
    undecayed_weight,
    event_count,
    gift_count,
    event_date,
    first_at,
    last_at
from {{ ref('int_daily_visits') }}
