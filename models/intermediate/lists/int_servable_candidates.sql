{{ config(materialized='view') }}

select
    ramped.user_id,
    ramped.item_id,
    ramped.proposed_by,
    ramped.score
from {{ ref('int_ramped_candidates') }} as ramped
left join {{ ref('int_rationed_candidates') }} as rationed
    on
        ramped.user_id = rationed.user_id
        and ramped.item_id = rationed.item_id
where rationed.item_id is null
