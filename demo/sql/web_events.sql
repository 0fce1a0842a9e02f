-- web_events and identities. Synthetic: the visits, told as events.

create table visit_devices as
with drawn as (
    select
        *,
        if(draw('device', visit_id) < 0.7, 'first', 'second') as device,
        kind = 'visitor' or draw('anonymous', visit_id) < getvariable('anonymous_visit_share') as is_anonymous
    from visits
)

select
    visit_id,
    started_at,
    person_id,
    if(kind = 'visitor', null, person_id) as known_user_id,
    if(is_anonymous, null, person_id) as user_id,
    if(is_anonymous, 'anon-' || left(md5(person_id || '/' || device), 12), null) as anonymous_id,
    pick(
        if(
            device = 'first',
            ['mobile', 'mobile', 'mobile', 'desktop', 'desktop'],
            ['desktop', 'desktop', 'tablet']
        ),
        draw('device type', person_id || device)
    ) as device_type
from drawn;

create table identities as
-- half of the devices were linked before the first visit that is kept here, half after it
select
    anonymous_id,
    known_user_id as user_id,
    if(
        draw('linked before', anonymous_id) < 0.5,
        min(started_at) - to_hours(1 + draw_number('linked at', anonymous_id, 24 * 30)),
        least(
            min(started_at) + to_minutes(30 + draw_number('linked at', anonymous_id, 60 * 24 * 20)),
            getvariable('end_at')
        )
    ) as linked_at
from visit_devices
where
    anonymous_id is not null
    and known_user_id is not null
    and draw('identified', anonymous_id) < getvariable('identified_share')
group by anonymous_id, known_user_id;

create table web_events as
with happened as (
    select
        visit_id || '-view-' || position as event_id,
        'item_view' as event_type,
        viewed_at as occurred_at,
        visit_id,
        item_id,
        category,
        null as search_query,
        5 + floor(pow(draw('dwell', visit_id || item_id), 2) * 90)::integer as dwell_seconds
    from views
    union all
    select
        visit_id || '-cart-' || position,
        'cart_add',
        viewed_at + interval 20 second,
        visit_id,
        item_id,
        category,
        null,
        null
    from views
    where is_in_cart
    union all
    select
        visit_id || '-uncart-' || position,
        'cart_remove',
        viewed_at + interval 80 second,
        visit_id,
        item_id,
        category,
        null,
        null
    from views
    where is_in_cart and is_cart_emptied
    union all
    select
        visit_id || '-wish-' || position,
        'wishlist_add',
        viewed_at + interval 10 second,
        visit_id,
        item_id,
        category,
        null,
        null
    from views
    where draw('wishlist', visit_id || item_id) < getvariable('wishlist_share')
    union all
    select
        visit_id || '-category',
        'category_view',
        viewed_at - interval 25 second,
        visit_id,
        null,
        category,
        null,
        null
    from views
    where position = 1
    union all
    select
        visit_id || '-search',
        'search',
        viewed_at - interval 40 second,
        visit_id,
        null,
        null,
        if(
            draw('hostile', visit_id) < getvariable('hostile_search_share'),
            pick(getvariable('hostile_searches'), draw('hostile text', visit_id)),
            array_to_string(regexp_extract_all(lower(wording), '[^ ,&]+')[1:2], ' ')
        ),
        null
    from views
    where position = 1 and draw('search', visit_id) < getvariable('search_share')
)

select
    happened.event_id,
    happened.event_type,
    happened.occurred_at,
    visit_devices.user_id,
    visit_devices.anonymous_id,
    happened.visit_id as session_id,
    happened.item_id,
    happened.category,
    happened.search_query,
    happened.dwell_seconds,
    visit_devices.device_type
from happened
inner join visit_devices on happened.visit_id = visit_devices.visit_id;
