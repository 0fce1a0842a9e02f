-- The messages of the past weeks and what became of them. Synthetic: one a week to each household that could
-- be mailed, but for a holdout: the users whom recmail's own draw holds out (macros/holdout/) get none.

create table mailed_users as
select
    users.user_id,
    users.signed_up_at,
    users.email_frequency,
    if(draw(getvariable('experiment'), users.user_id) < 0.5, 'product', 'emotion') as arm,
    if(draw('engaged', users.user_id) < 0.5, getvariable('engaged_factor'), 2 - getvariable('engaged_factor'))
        as engagement_factor,
    users.email_consent = 'subscribed'
    and draw('dead address', users.user_id) < getvariable('dead_address_share') as is_dead_address,
    case
        when users.email_consent = 'subscribed' then null
        when draw('left', users.user_id) < getvariable('left_by_email_share') then 'unsubscribe'
        when
            draw('left', users.user_id)
            < getvariable('left_by_email_share') + getvariable('complained_share')
            then 'complaint'
        else 'before'
    end as leaving_type,
    draw_number('left in week', users.user_id, getvariable('email_weeks')) as leaving_week
from users
inner join people on users.user_id = people.user_id
where
    people.kind = 'household'
    and users.email is not null
    and users.email_consent in ('subscribed', 'unsubscribed')
    and (users.email_frequency is null or users.email_frequency != 'paused');

create table due_messages as
with tuesdays as (
    select
        week,
        date_trunc('week', getvariable('end_at'))
        - to_days(6 + 7 * (getvariable('email_weeks') - 1 - week)) as sent_date
    from range(0, getvariable('email_weeks')) as weeks(week)
)

select
    'msg-' || strftime(tuesdays.sent_date, '%Y%m%d') || '-' || mailed_users.user_id as message_id,
    mailed_users.*,
    ('0x' || substr(md5('holdout:' || mailed_users.user_id), 1, 8))::bigint / 4294967296.0
    < getvariable('holdout_share') as is_held_out,
    tuesdays.week,
    tuesdays.sent_date
    + interval 15 hour
    + to_seconds(draw_number('sent at', mailed_users.user_id || tuesdays.week, 5400)) as sent_at
from tuesdays
cross join mailed_users
where
    tuesdays.sent_date > mailed_users.signed_up_at
    and (mailed_users.email_frequency is distinct from 'monthly' or tuesdays.week % 4 = 0)
    and (
        mailed_users.leaving_type is null
        or (mailed_users.leaving_type != 'before' and tuesdays.week <= mailed_users.leaving_week)
    )
qualify
    not mailed_users.is_dead_address
    or row_number() over (partition by mailed_users.user_id order by tuesdays.week) <= 2;

create table messages as
select
    * exclude (is_held_out),
    case
        when is_dead_address then 'hard'
        when draw('soft bounce', message_id) < getvariable('soft_bounce_rate') then 'soft'
    end as bounce_type,
    sent_at + to_seconds(5 + draw_number('delivered', message_id, 55)) as delivered_at,
    -- one draw decides both, so whoever clicks has opened
    draw('attention', message_id) < getvariable('human_open_rate') * engagement_factor as is_opened,
    draw('attention', message_id)
    < engagement_factor
    * if(arm = 'product', getvariable('click_rate_product'), getvariable('click_rate_emotion')) as is_clicked,
    draw('prefetch', message_id)
    < getvariable('human_open_rate')
    * getvariable('machine_open_share') / (1 - getvariable('machine_open_share')) as is_prefetched,
    draw('scanner', message_id) < getvariable('machine_click_rate') as is_scanned,
    leaving_type is not null and week = leaving_week as is_last
from due_messages
where not is_held_out;

create table delivered_messages as
select
    *,
    delivered_at
    + to_seconds(120 + floor(pow(draw('opened at', message_id), 3) * 172800)::integer) as opened_at,
    pick(
        [
            'Mozilla/5.0 (iPhone; CPU iPhone OS 11_2 like Mac OS X) AppleWebKit/604.4.7 Mobile/15C114',
            'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
            'Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 Chrome/63.0.3239.84 Safari/537.36'
        ],
        draw('mail program', user_id)
    ) as user_agent
from messages
where bounce_type is null;

create table clicks as
with clicked as (
    select
        *,
        opened_at + to_seconds(15 + draw_number('clicked at', message_id, 300)) as clicked_at
    from delivered_messages
    where is_clicked
),

followed as (
    -- the first order within the attribution window, if there is one
    select
        clicked.*,
        orders.order_id
    from clicked
    left join orders
        on clicked.user_id = orders.user_id
        and orders.ordered_at > clicked.clicked_at
        and orders.ordered_at <= clicked.clicked_at + interval 120 hour
        and orders.order_id in (select order_id from shown_lines)
    qualify
        row_number() over (
            partition by clicked.message_id order by orders.ordered_at, orders.order_id
        ) = 1
)

select
    followed.message_id,
    followed.user_id,
    followed.clicked_at,
    followed.user_agent,
    coalesce(bought.item_id, popular.item_id) as item_id
from followed
inner join shown_items as popular
    on popular.popularity_rank = 1 + draw_number('popular item', followed.message_id, 200)
left join shown_lines as bought
    on followed.order_id = bought.order_id
    and bought.basket_position = 1 + draw_number('bought item', followed.message_id, bought.basket_size)
    and draw('clicked then bought', followed.message_id) < getvariable('clicked_then_bought_share');
