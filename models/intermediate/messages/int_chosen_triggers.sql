{{ config(materialized='view') }}

select
    user_id,
    trigger_type,
    occasion,
    message_id,
    placement,
    shown_item_id,
    priority,
    due_at
from {{ ref('int_trigger_decisions') }}
where decision = 'chosen'
