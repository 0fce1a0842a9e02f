-- Shown in several emails and never clicked: something else deserves the place. Needs to know what emails showed: the
-- sender's log, or sent or delivered events that name the item.
{% set since = dbt.dateadd('day', -1 * var('rotation_days'), 'as_of.as_of') %}
with clicked as (

    select distinct
        clicks.user_id,
        clicks.item_id
    from {{ ref('int_email_events') }} as clicks
    cross join {{ ref('stg_as_of') }} as as_of
    where
        clicks.event_type = 'click'
        and not clicks.is_machine
        and clicks.occurred_at > {{ since }}

)

select
    mailed.user_id,
    mailed.item_id,
    count(distinct mailed.message_id) as message_count
from {{ ref('int_mailed_items') }} as mailed
cross join {{ ref('stg_as_of') }} as as_of
left join clicked
    on
        mailed.user_id = clicked.user_id
        and mailed.item_id = clicked.item_id
where
    clicked.user_id is null
    and mailed.mailed_at > {{ since }}
group by mailed.user_id, mailed.item_id
having count(distinct mailed.message_id) >= {{ var('rotation_emails') }}
