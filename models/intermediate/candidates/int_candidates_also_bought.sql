{{ config(materialized='view') }}

select
    user_id,
    item_id,
    strategy,
    raw_score,
    evidence_item_id,
    evidence_count
from {{ ref('int_neighbour_candidates') }}
where strategy = 'also_bought'
