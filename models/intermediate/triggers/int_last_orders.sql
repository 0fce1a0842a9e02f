{{ config(materialized='view') }}

select
    user_id,
    max(ordered_at) as last_ordered_at
from {{ ref('int_orders') }}
where user_id is not null
group by user_id
