-- A reader looks for what the subject named where the email begins.
select
    subjects.message_id,
    subjects.subject_item_id,
    places.place
from {{ ref('int_message_subjects') }} as subjects
left join {{ ref('int_message_places') }} as places
    on
        subjects.message_id = places.message_id
        and subjects.subject_item_id = places.item_id
where
    subjects.subject_item_id is not null
    and coalesce(places.place, 0) <> 1
