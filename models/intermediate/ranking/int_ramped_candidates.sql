{{ config(materialized='view') }}

select
    scored.user_id,
    scored.item_id,
    scored.proposed_by,
    scored.purchase_probability,
    coalesce(cold_start.score, scored.score) as score
from {{ ref('int_scored_candidates') }} as scored
left join {{ ref('int_cold_start_scores') }} as cold_start
    on
        scored.user_id = cold_start.user_id
        and scored.item_id = cold_start.item_id
