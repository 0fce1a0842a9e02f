-- The first failing reason counts, in the order of the case.
with candidate_items as (

    select distinct
        user_id,
        item_id
    from {{ ref('int_candidates') }}

),

availability as (

    select * from {{ ref('int_item_availability') }}

),

recent_items as (

    select * from {{ ref('int_user_recent_items') }}

)

select
    candidate_items.user_id,
    candidate_items.item_id,
    coalesce(
        availability.unavailable_reason,
        case when recent_items.item_id is not null then 'bought_recently' end
    ) as ineligible_reason
from candidate_items
inner join availability
    on candidate_items.item_id = availability.item_id
left join recent_items
    on
        candidate_items.user_id = recent_items.user_id
        and candidate_items.item_id = recent_items.item_id
