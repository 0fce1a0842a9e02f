-- A visit with thirty views is one moment, not thirty: a moment is an hour of the user's own clock in which the user
-- ordered, looked around, or opened or clicked an email. Users without a time zone are taken to live in UTC.
with acts as (

    select
        user_id,
        ordered_at as acted_at
    from {{ ref('int_purchases') }}
    where user_id is not null
    union all
    select
        user_id,
        occurred_at as acted_at
    from {{ ref('int_web_interactions') }}
    union all
    select
        user_id,
        occurred_at as acted_at
    from {{ ref('stg_email_events') }}
    where
        user_id is not null
        and event_type in ('open', 'click')
        and not is_machine

)

select distinct
    users.user_id,
    {{ dbt.date_trunc('hour', local_time('acts.acted_at', "coalesce(users.timezone, 'UTC')")) }} as local_hour_at
from acts
inner join {{ ref('stg_users') }} as users
    on acts.user_id = users.user_id
