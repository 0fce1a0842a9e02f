-- The commonest hour, weekday and device, each chosen apart; of several equally common ones the one used last. A visit
-- with thirty views is one moment, not thirty: a moment is an hour of the user's own clock in which the user ordered,
-- looked around, or opened or clicked an email. Users without a time zone are taken to live in UTC.
{{ config(news={'of': ['checked_web_events', 'int_web_interactions'], 'key': 'user_id'}) }}

with visits as (

    select
        interactions.user_id,
        interactions.occurred_at,
        web_events.device_type,
        -- events without a session stand for themselves
        coalesce(web_events.session_id, web_events.event_id) as session_id
    from {{ ref('int_web_interactions') }} as interactions
    inner join {{ ref('stg_web_events') }} as web_events
        on interactions.event_id = web_events.event_id
    where {{ is_news('interactions.user_id') }}

),

-- the lines of an order are one
acts as (

    select
        user_id,
        ordered_at as acted_at
    from {{ ref('int_purchases') }}
    where user_id is not null and {{ is_news('user_id') }}
    union
    select
        user_id,
        occurred_at as acted_at
    from visits
    union
    select
        user_id,
        occurred_at as acted_at
    from {{ ref('int_email_events') }}
    where
        user_id is not null
        and {{ is_news('user_id') }}
        and event_type in ('open', 'click')
        and not is_machine

),

moments as (

    select distinct
        users.user_id,
        {{ dbt.date_trunc('hour', local_time('acts.acted_at', "coalesce(users.timezone, 'UTC')")) }} as local_hour_at
    from acts
    inner join {{ ref('stg_users') }} as users
        on acts.user_id = users.user_id

),

-- a visit counts once
uses as (

    select
        user_id,
        device_type,
        session_id,
        max(occurred_at) as used_at
    from visits
    where device_type is not null
    group by user_id, device_type, session_id

),

{% for habit, value, source, last_at in [
    ('hours', 'extract(hour from local_hour_at)', 'moments', 'local_hour_at'),
    ('weekdays', weekday('local_hour_at'), 'moments', 'local_hour_at'),
    ('devices', 'device_type', 'uses', 'used_at')
] %}
    {{ habit }} as (

        select
            user_id,
            {{ value }} as habit,
            count(*) as use_count,
            max({{ last_at }}) as latest_at
        from {{ source }}
        group by user_id, {{ value }}
        qualify row_number() over (
            partition by user_id
            order by use_count desc, latest_at desc, habit
        ) = 1

    ){{ ',' if not loop.last }}
{% endfor %}

select
    hours.user_id,
    cast(hours.habit as {{ dbt.type_int() }}) as favourite_hour,
    cast(weekdays.habit as {{ dbt.type_int() }}) as favourite_weekday,
    devices.habit as favourite_device
from hours
inner join weekdays
    on hours.user_id = weekdays.user_id
left join devices
    on hours.user_id = devices.user_id
