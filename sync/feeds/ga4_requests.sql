-- Requests of the Measurement Protocol, one per list that somebody saw in the last 72 hours, which is as far back as it
-- takes events: an event with what the list named, then one per item that was clicked. A list in an email was seen when a
-- person opened the email. Who has no device that we know has no client_id, and nothing is told.
with devices as (

    select
        user_id,
        max_by(anonymous_id, [cast(linked_until as varchar), cast(linked_from as varchar), anonymous_id]) as client_id
    from int_identities
    group by user_id

),

shown as (

    select
        shown.list_id,
        shown.user_id,
        shown.item_id,
        shown.position,
        shown.is_clicked,
        case when shown.context = 'email' then concat('email ', messages.trigger_type) else shown.context end as place,
        case when shown.context = 'email' then coalesce(messages.opened_at, messages.clicked_at) else shown.shown_at end
            as seen_at,
        -- of a page nothing says when, so at its time
        case when shown.context = 'email' then clicks.clicked_at else shown.shown_at end as clicked_at
    from int_shown_items as shown
    left join int_mailed_messages as messages
        on
            shown.context = 'email'
            and shown.list_id = messages.message_id
            and shown.user_id = messages.user_id
    left join int_email_item_clicks as clicks
        on
            shown.context = 'email'
            and shown.list_id = clicks.message_id
            and shown.user_id = clicks.user_id
            and shown.item_id = clicks.item_id
    where shown.item_id not in (select sensitive.item_id from int_item_sensitivity as sensitive)

),

-- 25 events a request: the list and up to 24 clicks. 72 hours are counted from as_of; the feed is sent at once.
numbered as (

    select
        shown.*,
        devices.client_id,
        left(concat('recmail ', shown.place), 100) as list_name,
        left(items.item_name, 100) as item_name,
        row_number() over (
            partition by shown.list_id, shown.user_id, shown.place, shown.seen_at
            order by shown.position nulls last, shown.item_id
        ) as number
    from shown
    inner join people
        on shown.user_id = people.user_id
    inner join devices
        on shown.user_id = devices.user_id
    inner join stg_items as items
        on shown.item_id = items.item_id
    cross join stg_as_of as as_of
    where
        shown.seen_at > as_of.as_of - interval 72 hours
        and shown.seen_at <= as_of.as_of
        and length(shown.item_id) <= 100
        and length(devices.client_id) <= 100
        and devices.client_id not like '%@%'
    qualify number <= 24

)

select
    client_id,
    user_id,
    list_concat(
        [
            {
                'name': 'view_item_list',
                'timestamp_micros': epoch_us(seen_at),
                'params': {
                    'item_list_id': place,
                    'item_list_name': list_name,
                    'items': list(
                        {'item_id': item_id, 'item_name': item_name, 'index': position} order by number
                    )
                }
            }
        ],
        coalesce(
            list(
                {
                    'name': 'select_item',
                    'timestamp_micros': epoch_us(coalesce(clicked_at, seen_at)),
                    'params': {
                        'item_list_id': place,
                        'item_list_name': list_name,
                        'items': [{'item_id': item_id, 'item_name': item_name, 'index': position}]
                    }
                }
                order by number
            ) filter (where is_clicked),
            []
        )
    ) as events,
    cast(null as varchar) as left_out
from numbered
group by client_id, user_id, list_id, place, list_name, seen_at
order by seen_at, user_id, list_id, place
