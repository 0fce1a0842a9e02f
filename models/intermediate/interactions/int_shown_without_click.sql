-- Shown in several emails and never clicked: something else deserves the place. Needs to know what emails showed: the
-- sender's log, or sent or delivered events that name the item. An email with a click that names no item does not
-- count: it may have been this one's.
{% set since = dbt.dateadd('day', -1 * var('rotation_days'), 'as_of.as_of') %}
with clicks as (

    select
        clicks.user_id,
        clicks.message_id,
        clicks.item_id
    from {{ ref('int_email_events') }} as clicks
    cross join {{ ref('stg_as_of') }} as as_of
    where
        clicks.event_type = 'click'
        and not clicks.is_machine
        and clicks.occurred_at > {{ since }}

),

clicked_items as (

    select distinct
        user_id,
        item_id
    from clicks

),

vaguely_clicked as (

    select distinct message_id
    from clicks
    where item_id is null

)

select
    mailed.user_id,
    mailed.item_id,
    count(distinct mailed.message_id) as message_count
from {{ ref('int_mailed_items') }} as mailed
cross join {{ ref('stg_as_of') }} as as_of
left join clicked_items
    on
        mailed.user_id = clicked_items.user_id
        and mailed.item_id = clicked_items.item_id
left join vaguely_clicked
    on mailed.message_id = vaguely_clicked.message_id
where
    clicked_items.user_id is null
    and vaguely_clicked.message_id is null
    and mailed.mailed_at > {{ since }}
group by mailed.user_id, mailed.item_id
having count(distinct mailed.message_id) >= {{ var('rotation_emails') }}
