-- Visits to the site and what was seen in them. Synthetic, grown from the real baskets: a visit before some
-- of them, and visits that end in nothing. The items of the latter come from a basket of somebody else who
-- bought the same thing, so they say nothing about what this user buys later, except that an item bought
-- before or within ABANDONED_HOURS is dropped.

create table visits as
select
    'visit-' || order_id as visit_id,
    'before order' as kind,
    user_id as person_id,
    order_id,
    ordered_at - to_seconds(2700 + draw_number('visit time', order_id, 3600)) as started_at
from orders
where draw('online', order_id) < getvariable('online_basket_share')
union all
select
    'visit-' || order_id || '-later' as visit_id,
    'after order' as kind,
    user_id as person_id,
    order_id,
    ordered_at + to_seconds(3600 + draw_number('return time', order_id, 864000)) as started_at
from orders
where draw('abandoned', order_id) < getvariable('abandoned_visit_share')
union all
select
    'visit-' || user_id || '-' || number as visit_id,
    'browser' as kind,
    user_id as person_id,
    null as order_id,
    signed_up_at
    + to_seconds(
        draw_number(
            'visit time', user_id || '-' || number, epoch(getvariable('end_at')) - epoch(signed_up_at)
        )
    ) as started_at
from people, range(1, 5) as visit_numbers(number)
where kind = 'browser' and number <= 1 + draw_number('visit count', user_id, 4)
union all
select
    format('visit-visitor-{:03d}-{}', visitor, number) as visit_id,
    'visitor' as kind,
    'visitor-' || visitor as person_id,
    null as order_id,
    getvariable('end_at')
    - to_seconds(1800 + draw_number('visit time', visitor || '-' || number, 90 * 86400)) as started_at
from range(1, getvariable('visitors') + 1) as visitors(visitor), range(1, 4) as visit_numbers(number)
where number <= 1 + draw_number('visit count', 'visitor-' || visitor, 3);

-- a visit takes at most half an hour
delete from visits where started_at > getvariable('end_at') - interval 30 minute;

create table wanted_items as
-- one to three things per visit that somebody with the same item in the basket bought: of five tries, the
-- first that this user has not bought
select
    visits.visit_id,
    tries.number,
    other_line.item_id
from visits
cross join range(1, 6) as tries(number)
inner join shown_lines as own_line
    on visits.order_id = own_line.order_id
    and own_line.basket_position
    = 1 + draw_number('own line', visits.visit_id || tries.number, own_line.basket_size)
inner join shown_lines as shared_line
    on own_line.item_id = shared_line.item_id
    and shared_line.item_position
    = 1 + draw_number('other basket', visits.visit_id || tries.number, own_line.item_basket_count)
inner join shown_lines as other_line
    on shared_line.order_id = other_line.order_id
    and other_line.basket_position
    = 1 + draw_number('other line', visits.visit_id || tries.number, shared_line.basket_size)
anti join source_lines
    on visits.person_id = source_lines.user_id
    and other_line.item_id = source_lines.item_id
    and source_lines.bought_at
    <= visits.started_at + interval 30 minute + to_hours(getvariable('abandoned_hours'))
where visits.kind = 'after order'
qualify
    row_number() over (partition by visits.visit_id order by tries.number)
    <= 1 + draw_number('view count', visits.visit_id, 3);

create table browsed_items as
-- up to five popular things per visit of somebody who never bought
select
    visits.visit_id,
    tries.number,
    shown_items.item_id
from visits
cross join range(1, 6) as tries(number)
left join users on visits.person_id = users.user_id
inner join shown_items
    on shown_items.category = pick(
        coalesce(string_split(users.preferred_categories, '|'), getvariable('popular_categories')),
        draw('category', visits.visit_id || tries.number)
    )
    and shown_items.category_rank = 1 + floor(pow(draw('rank', visits.visit_id || tries.number), 2) * 30)
where
    visits.kind in ('browser', 'visitor')
    and tries.number <= 1 + draw_number('view count', visits.visit_id, 5);

create table views as
with viewed as (
    select
        visits.visit_id,
        shown_lines.basket_position as number,
        shown_lines.item_id
    from visits
    inner join shown_lines on visits.order_id = shown_lines.order_id
    where
        visits.kind = 'before order'
        and draw('viewed', visits.visit_id || shown_lines.item_id) < getvariable('viewed_line_share')
    union all
    select
        visit_id,
        min(number) as number,
        item_id
    from wanted_items
    group by visit_id, item_id
    union all
    select
        visit_id,
        min(number) as number,
        item_id
    from browsed_items
    group by visit_id, item_id
),

numbered as (
    select
        *,
        row_number() over (partition by visit_id order by number, item_id) as position
    from viewed
    qualify position <= 12
)

select
    numbered.visit_id,
    numbered.item_id,
    numbered.position,
    shown_items.category,
    coalesce(shown_items.subcategory, shown_items.category) as wording,
    visits.started_at
    + to_seconds(
        60
        + 100 * (numbered.position - 1)
        + draw_number('view time', numbered.visit_id || numbered.item_id, 40)
    ) as viewed_at,
    if(
        visits.kind = 'before order',
        draw('cart', numbered.visit_id || numbered.item_id) < getvariable('cart_add_share'),
        numbered.position = 1 and draw('cart', numbered.visit_id) < getvariable('abandoned_cart_share')
    ) as is_in_cart,
    visits.kind != 'before order'
    and draw('cart emptied', numbered.visit_id) < getvariable('cart_remove_share') as is_cart_emptied
from numbered
inner join visits on numbered.visit_id = visits.visit_id
inner join shown_items on numbered.item_id = shown_items.item_id;

-- a visit in which nothing was seen did not happen
delete from visits where visit_id not in (select visit_id from views);
