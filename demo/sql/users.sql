-- users: one row per household that bought (its id and its orders are real) and per added user who never did
-- (synthetic-001 …). Everything else about them is synthetic.

create table people as
select
    user_id,
    'household' as kind,
    min(ordered_at) - to_hours(3 + draw_number('signed up', user_id, 24 * 720)) as signed_up_at
from orders
group by user_id
union all
select
    format('synthetic-{:03d}', number) as user_id,
    if(number <= getvariable('browser_users'), 'browser', 'idle') as kind,
    getvariable('end_at')
    - to_hours(24 + draw_number('signed up', 'synthetic-' || number, 24 * 59)) as signed_up_at
from range(1, getvariable('browser_users') + getvariable('idle_users') + 1) as added(number);

create table users as
with drawn as (
    select
        *,
        pick(getvariable('first_names'), draw('first name', user_id)) as first_name,
        draw('consent', user_id) as consent_draw,
        draw('frequency', user_id) as frequency_draw,
        draw('time zone', user_id) as time_zone_draw,
        draw_number('categories', user_id, 20) as category_draw
    from people
)

select
    user_id,
    if(
        draw('email', user_id) < getvariable('missing_email_share'),
        null,
        regexp_replace(lower(replace(strip_accents(first_name), 'ø', 'o')), '[^a-z]', '', 'g')
        || '.' || user_id || '@example.com'
    ) as email,
    first_name,
    'US' as country_code,
    null::varchar as city,
    case
        when time_zone_draw < 0.47 then 'America/New_York'
        when time_zone_draw < 0.78 then 'America/Chicago'
        when time_zone_draw < 0.84 then 'America/Denver'
        when time_zone_draw < 0.86 then 'America/Phoenix'
        when time_zone_draw < 0.99 then 'America/Los_Angeles'
        else 'Pacific/Honolulu'
    end as timezone,
    if(draw('locale', user_id) < getvariable('spanish_locale_share'), 'es-US', 'en-US') as locale,
    case
        when consent_draw < getvariable('consent_subscribed_share') then 'subscribed'
        when
            consent_draw
            < getvariable('consent_subscribed_share') + getvariable('consent_unsubscribed_share')
            then 'unsubscribed'
        when
            consent_draw
            < getvariable('consent_subscribed_share') + getvariable('consent_unsubscribed_share')
            + getvariable('consent_never_subscribed_share')
            then 'never_subscribed'
    end as email_consent,
    case
        when frequency_draw < 0.45 then null
        when frequency_draw < 0.70 then 'daily'
        when frequency_draw < 0.90 then 'weekly'
        when frequency_draw < 0.97 then 'monthly'
        else 'paused'
    end as email_frequency,
    -- two or three of the twenty that sell most
    case
        when
            kind = 'household'
            and draw('has categories', user_id) >= getvariable('preferred_categories_share')
            then null
        else concat_ws(
            '|',
            getvariable('popular_categories')[1 + category_draw],
            getvariable('popular_categories')[1 + (category_draw + 7) % 20],
            if(
                draw('third category', user_id) < 0.5,
                getvariable('popular_categories')[1 + (category_draw + 13) % 20],
                null
            )
        )
    end as preferred_categories,
    null::varchar as loyalty_tier,
    signed_up_at
from drawn;

create table erasure_requests as
select
    user_id,
    getvariable('end_at') - to_hours(1 + draw_number('erasure', user_id, 24 * 20)) as requested_at
from people
where kind = 'browser'
qualify row_number() over (order by user_id desc) <= getvariable('erased_users');
